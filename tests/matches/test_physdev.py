"""Match physdev: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says, stands

test_reads_and_saves = reads(
    ("-m physdev --physdev-in eth0 --physdev-is-bridged", "-m physdev --physdev-is-bridged --physdev-in eth0"),
    "-m physdev ! --physdev-is-in ! --physdev-in eth+",
    ("error: needs at least one option", "-m physdev"),
    ("error: longer than 15 bytes", "-m physdev --physdev-in abcdefghijklmnop"),
)
test_stands = stands(
    ("is not allowed in OUTPUT", "filter:OUTPUT -m physdev --physdev-out eth0"),
    ("", "filter:OUTPUT -m physdev --physdev-out eth0 --physdev-is-bridged"),
)
test_holds = holds(
    (YES, "-m physdev --physdev-in eth+", "physdev_in=eth1 physdev_out=eth2"),
    (NO, "-m physdev --physdev-in eth0", "physdev_in=eth1 physdev_out=eth2"),
    (YES, "-m physdev --physdev-is-bridged", "physdev_in=eth1 physdev_out=eth2"),
    (NO, "-m physdev --physdev-is-bridged", "physdev_in=eth1 physdev_out="),
    (NO, "-m physdev --physdev-is-out", "physdev_in=eth1 physdev_out="),
    # a packet that is not bridged: just where all are negated
    (YES, "-m physdev ! --physdev-is-bridged", "physdev_in= physdev_out="),
    (YES, "-m physdev ! --physdev-in eth+ ! --physdev-is-out", "physdev_in= physdev_out="),
    (NO, "-m physdev ! --physdev-in eth+ --physdev-is-out", "physdev_in= physdev_out="),
    (NO, "-m physdev --physdev-in +", "physdev_in= physdev_out="),
)
test_says = says(
    ("the bridge port it came in by is one that begins with veth, the packet is bridged", "-m physdev --physdev-in veth+ --physdev-is-bridged"),
    ("the packet is not bridged", "-m physdev ! --physdev-is-bridged"),
)
