"""Target trace: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads("-p tcp -j TRACE")
test_does = does((Continue("traced"), "-j TRACE"))
test_says = says(("have the kernel log every rule that the packet meets from here on; the next rule follows", "-j TRACE"))
