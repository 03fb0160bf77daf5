"""Match u32: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says

test_reads_and_saves = reads(
    ('-m u32 --u32 "0x6&0xff=0x1&&0x4&0x3fff=0x0:0xa,0x5"', '-m u32 --u32 "6&0xFF=1 && 4&0x3FFF=0x0:10,5"'),
    ('-m u32 ! --u32 "0x0>>0x16&0x3c@0x4=0x8"', '-m u32 ! --u32 "0>>22&0x3C@4=010"'),
    ("error: is not a u32 expression", "-m u32 --u32 hello"),
)
test_holds = holds((UNKNOWN, '-m u32 --u32 "6&0xFF=1"', "proto=icmp"))
test_says = says(('the u32 test "0x6=0x1" is not passed', '-m u32 ! --u32 "6=1"'))
