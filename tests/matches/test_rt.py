"""Match rt: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m rt --rt-type 0 --rt-segsleft 1:23 --rt-len 42 --rt-0-res --rt-0-addrs ff02::1,ff02::2 --rt-0-not-strict",
    ("error: need --rt-type 0", "-m rt --rt-type 4 --rt-0-res"),
    ("error: need --rt-type 0", "-m rt ! --rt-type 0 --rt-0-addrs ::1"),
    ("error: needs --rt-type", "-m rt --rt-0-addrs ::1"),
    family=6,
)
test_holds = holds((NO, "-m rt ! --rt-type 0", "rt-header=no"), (YES, "-m rt ! --rt-type 0", "rt-header=yes rt-type:0=no"), family=6)
test_says = says(("the type of the routing header is not 0", "-m rt ! --rt-type 0"), family=6)
