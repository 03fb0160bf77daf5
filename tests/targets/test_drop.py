"""Target drop: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Drop
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads("-p tcp -j DROP")
test_stands = stands(
    ("-j DROP is only for the table raw or mangle or filter or security", "nat:PREROUTING -j DROP"),
)
test_does = does((Drop(), "-j DROP"))
test_says = says(("throw the packet away; the sender is not told", "-j DROP"))
