"""Match eui64: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says

test_reads_and_saves = reads("-m eui64", family=6)
test_holds = holds((UNKNOWN, "-m eui64", "src=fe80::1"), family=6)
test_says = says(("ask whether the lower half of the IPv6 source was made from the Ethernet address that the packet came from", "-m eui64"), family=6)
