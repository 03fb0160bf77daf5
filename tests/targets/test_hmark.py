"""Target hmark: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Mystery
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j HMARK --hmark-src-prefix 24 --hmark-sport-mask 0xffff --hmark-proto-mask 0xff --hmark-rnd 0x00000001 --hmark-mod 5 --hmark-offset 3",
    ("error: needs --hmark-mod", "-j HMARK --hmark-src-prefix 24"),
)
test_does = does((Mystery("HMARK"), "-j HMARK --hmark-src-prefix 24 --hmark-mod 5"))
test_says = says(("the source is cut to /24, the number of marks is 5", "-j HMARK --hmark-src-prefix 24 --hmark-mod 5"))
