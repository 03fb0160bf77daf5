"""Target hmark: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Mystery
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j HMARK --hmark-src-prefix 24 --hmark-sport-mask 0xffff --hmark-proto-mask 0xff --hmark-rnd 0x00000001 --hmark-mod 5 --hmark-offset 3",
    ("-j HMARK --hmark-src-prefix 32 --hmark-sport-mask 0xffff --hmark-rnd 0x00000001 --hmark-mod 5 --hmark-tuple ct",
     "-j HMARK --hmark-tuple sp,ct,src --hmark-mod 5 --hmark-rnd 1"),
    "-j HMARK --hmark-rnd 0x00000001 --hmark-mod 5 --hmark-offset 0 --hmark-tuple ct",
    ("error: needs --hmark-mod", "-j HMARK --hmark-src-prefix 24 --hmark-rnd 1"),
    ("error: needs --hmark-rnd", "-j HMARK --hmark-src-prefix 24 --hmark-mod 5"),
    ("error: needs --hmark-tuple", "-j HMARK --hmark-rnd 1 --hmark-mod 5"),
    ("error: is not one of ct, src", "-j HMARK --hmark-tuple ports --hmark-rnd 1 --hmark-mod 5"),
    ("-j HMARK --hmark-src-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 5", "-j HMARK --hmark-src-prefix 33 --hmark-rnd 1 --hmark-mod 5"),
    ("error: is out of range: 1 to", "-j HMARK --hmark-tuple ct --hmark-rnd 1 --hmark-mod 0"),
    ("error: exclude each other", "-j HMARK --hmark-spi-mask 1 --hmark-sport-mask 1 --hmark-rnd 1 --hmark-mod 5"),
    ("error: exclude each other", "-j HMARK --hmark-spi 1 --hmark-dport 1 --hmark-rnd 1 --hmark-mod 5"),
)  # fmt: skip
test_does = does((Mystery("HMARK"), "-j HMARK --hmark-src-prefix 24 --hmark-rnd 1 --hmark-mod 5"))
test_says = says(
    ("the source is cut to /24, the seed is 0x00000001, the number of marks is 5", "-j HMARK --hmark-src-prefix 24 --hmark-rnd 1 --hmark-mod 5")
)
