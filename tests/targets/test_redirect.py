"""Target redirect: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Translate
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads(
    "-p tcp -j REDIRECT", "-p tcp -j REDIRECT --to-ports 3128 --random", ("-p tcp -j REDIRECT --to-ports 80", "-p tcp -j REDIRECT --to-ports http")
)
test_stands = stands(
    ("needs -p tcp or -p udp", "nat:PREROUTING -j REDIRECT --to-ports 80"),
)
test_does = does((Translate("dst", "interface", (3128, 3128)), "-p tcp -j REDIRECT --to-ports 3128"))
test_says = says(("the destination port becomes 3128", "-p tcp -j REDIRECT --to-ports 3128"))
