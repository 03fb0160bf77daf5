"""Match hl: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads("-m hl ! --hl-eq 255", "-m hl --hl-gt 4", ("error: needs --hl-eq", "-m hl"), family=6)
test_holds = holds((YES, "-m hl --hl-gt 4", "ttl=5"), (NO, "-m hl ! --hl-eq 255", "ttl=255"), family=6)
test_says = says(("the hop limit is over 4", "-m hl --hl-gt 4"), family=6)
