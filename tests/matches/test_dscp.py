"""Match dscp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    ("-m dscp --dscp 0x0a", "-m dscp --dscp 10"),
    ("-m dscp ! --dscp 0x2e", "-m dscp ! --dscp-class EF"),
    ("error: is out of range", "-m dscp --dscp 64"),
    ("error: needs --dscp", "-m dscp"),
)
test_holds = holds(
    (YES, "-m dscp --dscp-class EF", "tos=0xbb"),
    (NO, "-m dscp --dscp-class EF", "tos=0xbc"),
    (YES, "-m dscp ! --dscp 0", "tos=4"),
)
test_says = says(("the DSCP is not 0x2e", "-m dscp ! --dscp-class EF"))
