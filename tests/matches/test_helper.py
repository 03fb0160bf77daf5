"""Match helper: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads("-m helper --helper ftp", '-m helper ! --helper "ftp-21.a"', ("error: needs --helper", "-m helper"))
test_holds = holds(
    (NO, "-m helper --helper ftp", "ctstate=INVALID"),
    (YES, "-m helper ! --helper ftp", "ctstate=INVALID"),
    (UNKNOWN, "-m helper --helper ftp", "ctstate=RELATED"),
)
test_says = says(('the helper is not "ftp"', "-m helper ! --helper ftp"))
