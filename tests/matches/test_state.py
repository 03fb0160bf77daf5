"""Match state: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    ("-m state --state RELATED,ESTABLISHED", "-m state --state ESTABLISHED,RELATED"),
    ("-m state ! --state INVALID,NEW", "-m state --state ! new,invalid"),
    ("error: is not one of INVALID", "-m state --state SNAT"),
    ("error: needs --state", "-m state"),
)
test_holds = holds(
    (YES, "-m state --state RELATED,ESTABLISHED", "ctstate=RELATED"),
    (NO, "-m state --state RELATED,ESTABLISHED", "ctstate=NEW"),
    (YES, "-m state ! --state NEW", "ctstate=UNTRACKED"),
    (UNKNOWN, "-m state --state NEW", "proto=tcp"),
)
test_says = says(("the conntrack state is not NEW or ESTABLISHED", "-m state ! --state NEW,ESTABLISHED"))
