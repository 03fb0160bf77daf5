"""Match hbh: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads("-m hbh --hbh-len 5 --hbh-opts 1,2:3", ("error: is not a list", "-m hbh --hbh-opts a"), family=6)
test_holds = holds((NO, "-m hbh ! --hbh-len 5", "hbh-header=no"), (YES, "-m hbh", "hbh-header=yes"), family=6)
test_says = says(("the length of the hop-by-hop header is not 5", "-m hbh ! --hbh-len 5"), family=6)
