"""Target mark: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Assign
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j MARK --set-xmark 0x5/0xffffffff", "-j MARK --set-xmark 5"),
    ("-j MARK --set-xmark 0x1/0xffffffff", "-j MARK --set-mark 1"),
    ("-j MARK --set-xmark 0x11/0x1f", "-j MARK --set-mark 0x11/0xf"),
    ("-j MARK --set-xmark 0x0/0xffffff0f", "-j MARK --and-mark 0xf0"),
    ("-j MARK --set-xmark 0xf0/0xf0", "-j MARK --or-mark 0xf0"),
    ("-j MARK --set-xmark 0xf0/0x0", "-j MARK --xor-mark 0xf0"),
    ("error: needs one of", "-j MARK"),
    ("error: exclude each other", "-j MARK --or-mark 1 --and-mark 2"),
    ("error: is not a number", "-j MARK --or-mark 1/2"),
)
test_does = does(
    (Assign("mark", 1, 0xFF), "-j MARK --set-xmark 0x1/0xff"),
    (Assign("mark", 0x11, 0x1F), "-j MARK --set-mark 0x11/0xf"),
    (Assign("mark", 0, 0xFFFFFF0F), "-j MARK --and-mark 0xf0"),
    (Assign("mark", 8, 8), "-j MARK --or-mark 8"),
    (Assign("mark", 8, 0), "-j MARK --xor-mark 8"),
)
test_says = says(("the mark becomes 0x1", "-j MARK --set-mark 1"), ("the mark becomes 0x1 under the mask 0xff", "-j MARK --set-xmark 0x1/0xff"))
