"""Match limit: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m limit --limit 3/min",
    "-m limit --limit 7/hour --limit-burst 6",
    ("-m limit --limit 3/min", "-m limit --limit 3/minute --limit-burst 5"),
    ("-m limit --limit 90/min", "-m limit --limit 90/m"),
    ("-m limit --limit 10/sec", "-m limit --limit 10"),
    ("-m limit --limit 1/sec", "-m limit --limit 60/minute"),
    ("-m limit --limit 3/hour", "-m limit"),
    ("error: is out of range", "-m limit --limit 3/min --limit-burst 10001"),
    ("error: is not a rate", "-m limit --limit 3/week"),
    ("error: too fast", "-m limit --limit 10001/sec"),
)
test_holds = holds((UNKNOWN, "-m limit --limit 3/min", "proto=tcp"))
test_unknown = unknown(("limit:3/min", True, "-m limit --limit 3/minute"), ("limit:3/hour", True, "-m limit"))
test_says = says(("the rate is at most 3/min, the burst is 9 packets", "-m limit --limit 3/min --limit-burst 9"))
