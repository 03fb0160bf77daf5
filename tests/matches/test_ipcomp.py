"""Match ipcomp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-p ipcomp -m ipcomp --ipcompspi 5 --compres",
    ("error: needs -p ipcomp", "-m ipcomp --ipcompspi 5"),
    ("-p ipcomp -m ipcomp --ipcompspi 0", "-p ipcomp -m ipcomp"),
)
test_holds = holds(
    (NO, "-p ipcomp -m ipcomp --ipcompspi 5", "proto=tcp"),
    (YES, "-p ipcomp -m ipcomp --ipcompspi 5 --compres", "proto=ipcomp fragment=0 ipcompspi:5=yes"),
)
test_says = says(("the IPComp CPI is not 5", "-p ipcomp -m ipcomp ! --ipcompspi 5"))
