"""Match quota: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads("-m quota --quota 1000", "-m quota ! --quota 1000", ("error: needs --quota", "-m quota"))
test_holds = holds((UNKNOWN, "-m quota --quota 1000", "length=60"))
test_unknown = unknown(("quota:1000", None, "-m quota --quota 1000"), ("quota:1000000", True, "-m quota --quota 1000000"))
test_says = says(("the quota of 1000 bytes is not left", "-m quota ! --quota 1000"))
