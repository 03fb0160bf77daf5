"""Match nfacct: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads("-m nfacct --nfacct-name web", ("error: needs --nfacct-name", "-m nfacct"))
test_holds = holds((UNKNOWN, "-m nfacct --nfacct-name web", "proto=tcp"), (YES, "-m nfacct --nfacct-name web", "nfacct:web=yes"))
test_says = says(('the counter "web" is matched', "-m nfacct --nfacct-name web"))
