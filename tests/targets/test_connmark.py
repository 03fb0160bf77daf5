"""Target connmark: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Assign, CopyMark
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j CONNMARK --set-xmark 0x1/0x3", "-j CONNMARK --set-mark 1/3"),
    ("-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff", "-j CONNMARK --save-mark"),
    ("-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff", "-j CONNMARK --save-mark --mask 0xff"),
    "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf --left-shift-mark 4",
    "-j CONNMARK --set-xmark 0x5/0x7 --right-shift-mark 2",
    ("-j CONNMARK --set-xmark 0x5/0x3", "-j CONNMARK --set-mark 5 --nfmask 0xf --ctmask 3"),
    ("-j CONNMARK --set-xmark 0x5/0xffffffff", "-j CONNMARK --mask 0xff --set-mark 5"),
    ("-j CONNMARK --set-xmark 0x5/0xf", "-j CONNMARK --set-xmark 5/0xf --right-shift-mark 0"),
    ("error: needs one of --set-xmark", "-j CONNMARK --nfmask 1"),
    ("error: exclude each other", "-j CONNMARK --save-mark --or-mark 1"),
    ("error: needs one of", "-j CONNMARK"),
    ("error: exclude each other", "-j CONNMARK --save-mark --restore-mark"),
)
test_does = does(
    (Assign("connmark", 1, 3), "-j CONNMARK --set-xmark 1/3"),
    (CopyMark("save"), "-j CONNMARK --save-mark"),
    (CopyMark("restore", 0xFF, 0xFF), "-j CONNMARK --restore-mark --mask 0xff"),
    (CopyMark("restore", 0xFF, 0xF, -4), "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf --right-shift-mark 4"),
    (Assign("connmark", 0x50, 0xFFFFFFFF), "-j CONNMARK --set-xmark 5 --left-shift-mark 4"),
    (Assign("connmark", 5, 7, 4), "-j CONNMARK --set-xmark 5/7 --left-shift-mark 4"),
)
test_says = says(("the packet's mark is saved to the connection", "-j CONNMARK --save-mark"))
