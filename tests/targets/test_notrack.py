"""Target notrack: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Untrack
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j NOTRACK")
test_does = does((Untrack(), "-j NOTRACK"))
test_says = says(("leave the packet out of conntrack: UNTRACKED from here on, without NAT", "-j NOTRACK"))
