"""Match connlabel: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    ('-m connlabel --label "40"', "-m connlabel --label 40"),
    '-m connlabel ! --label "eth0-out" --set',
    ("error: needs --label", "-m connlabel"),
)
test_holds = holds(
    (NO, "-m connlabel --label 40", "ctstate=INVALID"),
    (YES, "-m connlabel ! --label 40", "ctstate=INVALID"),
    (YES, "-m connlabel --label 40", "ctstate=NEW connlabel:40=yes"),
)
test_says = says(('the connection\'s label is not "40"', "-m connlabel ! --label 40"))
