"""Target ulog: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ('-j ULOG --ulog-prefix "x:" --ulog-nlgroup 2 --ulog-cprange 100', '-j ULOG --ulog-cprange 100 --ulog-prefix "x:" --ulog-nlgroup 2'),
    ("error: is out of range", "-j ULOG --ulog-nlgroup 33"),
)
test_does = does((Continue("logged"), "-j ULOG"))
test_says = says(("the group is 2", "-j ULOG --ulog-nlgroup 2"))
