"""Target accept: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Accept
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j ACCEPT", ("error: here", "-j ACCEPT --now"))
test_does = does((Accept(), "-j ACCEPT"))
test_says = says(("end this table's traversal at this hook; the packet goes on to the next table", "-j ACCEPT"))
