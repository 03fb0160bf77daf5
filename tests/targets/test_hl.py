"""Target hl: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Add, Assign
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j HL --hl-set 5", "-j HL --hl-dec 1", ("error: exclude each other", "-j HL --hl-dec 1 --hl-set 2"), family=6)
test_does = does((Assign("ttl", 5, 255), "-j HL --hl-set 5"), (Add("ttl", -1), "-j HL --hl-dec 1"), family=6)
test_says = says(("the hop limit becomes 5", "-j HL --hl-set 5"), family=6)
