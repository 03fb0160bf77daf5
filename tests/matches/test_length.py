"""Match length: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m length --length 20",
    "-m length ! --length 100:200",
    ("-m length --length 1400:65535", "-m length --length 1400:"),
    "-m length --length 5:4",
)
test_holds = holds(
    (YES, "-m length --length 100:200", "length=200"),
    (NO, "-m length --length 100:200", "length=201"),
    (YES, "-m length ! --length 100:200", "length=201"),
)
test_says = says(("the packet is not 100 to 200 bytes long", "-m length ! --length 100:200"))
