"""Match socket: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads("-m socket", "-m socket --transparent --nowildcard --restore-skmark")
test_holds = holds((UNKNOWN, "-m socket", "proto=tcp"), (YES, "-m socket --transparent", "open-socket:--transparent=yes"))
test_says = says(("ask whether a socket of this host is open for the packet", "-m socket"))
