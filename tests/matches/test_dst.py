"""Match dst: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads("-m dst ! --dst-len 5", "-m dst --dst-opts 1,2:3", family=6)
test_holds = holds((NO, "-m dst ! --dst-len 5", "dst-len:5=yes dst-header=yes"), (UNKNOWN, "-m dst", "proto=tcp"), family=6)
test_says = says(("the length of the destination options header is not 5", "-m dst ! --dst-len 5"), family=6)
