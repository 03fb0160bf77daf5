"""Target synproxy: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Mystery
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-p tcp -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460", "-p tcp -j SYNPROXY --mss 1460 --wscale 7 --timestamp --sack-perm"),
    ("error: is out of range", "-p tcp -j SYNPROXY --wscale 256"),
)
test_does = does((Mystery("SYNPROXY"), "-p tcp -j SYNPROXY --mss 1460"))
test_says = says(("the MSS is 1460", "-p tcp -j SYNPROXY --mss 1460"))
