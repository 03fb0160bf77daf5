"""Match mark: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m mark --mark 0x1",
    "-m mark ! --mark 0x10/0xf0",
    ("-m mark --mark 0x64/0xff", "-m mark --mark 100/255"),
    ("-m mark --mark 0x8", "-m mark --mark 010"),
    ("error: is out of range", "-m mark --mark 0x100000000"),
)
test_holds = holds(
    (YES, "-m mark --mark 0x10/0xf0", "mark=0x11f"),
    (NO, "-m mark --mark 0x10", "mark=0x11f"),
    (NO, "-m mark --mark 0x11/0xf0", "mark=0x11"),
    (YES, "-m mark ! --mark 0x11/0xf0", "mark=0x11"),
    (YES, "-m mark --mark 0/0", "mark=7"),
    (UNKNOWN, "-m mark --mark 1", "proto=tcp"),
)
test_says = says(
    ("the mark is 0x1", "-m mark --mark 1"),
    ("the mark is not 0x10 under the mask 0xf0", "-m mark ! --mark 0x10/0xf0"),
)
