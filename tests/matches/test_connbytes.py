"""Match connbytes: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m connbytes --connbytes 5 --connbytes-mode packets --connbytes-dir both",
    "-m connbytes ! --connbytes 5:10 --connbytes-mode bytes --connbytes-dir reply",
    ("-m connbytes --connbytes 0:10 --connbytes-mode avgpkt --connbytes-dir original",
     "-m connbytes --connbytes-dir original --connbytes :10 --connbytes-mode avgpkt"),
    ("-m connbytes --connbytes 4:4 --connbytes-mode bytes --connbytes-dir both",
     "-m connbytes ! --connbytes 4:4 --connbytes-mode bytes --connbytes-dir both"),
    ("error: is backwards", "-m connbytes --connbytes 5:4 --connbytes-mode bytes --connbytes-dir both"),
    ("error: needs --connbytes-dir", "-m connbytes --connbytes 5 --connbytes-mode packets"),
)  # fmt: skip
test_holds = holds(
    (NO, "-m connbytes ! --connbytes 5 --connbytes-mode packets --connbytes-dir both", "ctstate=INVALID"),
    (UNKNOWN, "-m connbytes ! --connbytes 5 --connbytes-mode packets --connbytes-dir both", "ctstate=NEW"),
)
test_unknown = unknown(("connbytes:packets:both:5", None, "-m connbytes --connbytes 5: --connbytes-mode packets --connbytes-dir both"))
test_says = says(
    ("the amount carried is 5 or more, the unit is packets, the direction is both",
     "-m connbytes --connbytes 5 --connbytes-mode packets --connbytes-dir both"),
)  # fmt: skip
