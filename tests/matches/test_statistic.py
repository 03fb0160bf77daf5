"""Match statistic: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m statistic --mode random --probability 0.33333333349",
    ("-m statistic --mode random ! --probability 0.33000000007", "-m statistic --mode random ! --probability 0.33"),
    ("-m statistic --mode random --probability 1.00000000000", "-m statistic --mode random --probability 1"),
    "-m statistic --mode nth --every 3 --packet 0",
    ("error: --every needs --packet", "-m statistic --mode nth --every 3"),
    "-m statistic --mode nth ! --every 3 --packet 2",
    ("error: is not a probability", "-m statistic --mode random --probability 1.5"),
    ("error: needs --probability", "-m statistic --mode random"),
    ("error: needs --every", "-m statistic --mode nth"),
    ("error: must be less than --every", "-m statistic --mode nth --every 3 --packet 3"),
)
test_holds = holds((UNKNOWN, "-m statistic --mode random --probability 0.5", "proto=tcp"))
test_unknown = unknown(
    ("statistic:random:0.50000000000", None, "-m statistic --mode random --probability 0.5"),
    ("statistic:nth:3:0", True, "-m statistic --mode nth --every 3 --packet 0"),
    ("statistic:nth:3:1", False, "-m statistic --mode nth --every 3 --packet 1"),
)
test_says = says(("the choice is random, the probability is not 0.50000000000", "-m statistic --mode random ! --probability 0.5"))
