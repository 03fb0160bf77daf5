"""Match realm: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads("-m realm ! --realm 0x5/0xff", ("-m realm --realm 0x5", "-m realm --realm 5"))
test_holds = holds((UNKNOWN, "-m realm --realm 5", "dst=10.0.0.1"), (NO, "-m realm ! --realm 5", "realm:0x5=yes"))
test_says = says(("the realm of the route is not 0x5 under the mask 0xff", "-m realm ! --realm 5/255"))
