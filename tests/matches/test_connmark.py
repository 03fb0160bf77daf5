"""Match connmark: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads("-m connmark --mark 0x5/0x7", ("-m connmark ! --mark 0x5", "-m connmark ! --mark 5"))
test_holds = holds(
    (YES, "-m connmark --mark 5/7", "ctstate=NEW connmark=0xd"),
    (NO, "-m connmark --mark 5/7", "ctstate=NEW connmark=0xc"),
    (NO, "-m connmark --mark 5/7", "ctstate=INVALID connmark=0xd"),
    (NO, "-m connmark ! --mark 5/7", "ctstate=UNTRACKED connmark=0"),
)
test_says = says(("the connection's mark is not 0x5", "-m connmark ! --mark 5"))
