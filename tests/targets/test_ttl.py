"""Target ttl: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Add, Assign
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j TTL --ttl-set 5", "-j TTL --ttl-inc 1", ("error: is out of range", "-j TTL --ttl-dec 0"), ("error: needs --ttl-set", "-j TTL")
)
test_does = does((Assign("ttl", 5, 255), "-j TTL --ttl-set 5"), (Add("ttl", 1), "-j TTL --ttl-inc 1"), (Add("ttl", -2), "-j TTL --ttl-dec 2"))
test_says = says(("the TTL is lowered by 2", "-j TTL --ttl-dec 2"))
