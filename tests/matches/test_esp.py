"""Match esp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads("-p esp -m esp --espspi 5:10", "-p esp -m esp ! --espspi 5", ("error: needs -p esp", "-p udp -m esp --espspi 5"))
test_holds = holds(
    (NO, "-p esp -m esp ! --espspi 5", "proto=udp"),
    (NO, "-p esp -m esp ! --espspi 5", "proto=esp fragment=1"),
    (UNKNOWN, "-p esp -m esp ! --espspi 5", "proto=esp fragment=0"),
)
test_unknown = unknown(("espspi:5:10", None, "-p esp -m esp --espspi 5:10"))
test_says = says(("the ESP SPI is not 5 or more", "-p esp -m esp ! --espspi 5:"))
