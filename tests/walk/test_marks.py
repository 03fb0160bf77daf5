"""Marks: each row was answered by Linux 6.18, by both backends."""

from __future__ import annotations

import pytest

from tests.walk.rows import load, way

RULES = """*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 1 -j MARK --set-xmark 0x4000/0x4000
-A PREROUTING -p tcp -m tcp --dport 2 -j MARK --set-xmark 0x4000/0x0
-A PREROUTING -p tcp -m tcp --dport 2:3 -j MARK --set-xmark 0x4000/0x0
-A PREROUTING -p tcp -m tcp --dport 4 -j MARK --set-xmark 0xff/0xf0
-A PREROUTING -p tcp -m tcp --dport 5 -j MARK --set-xmark 0x7/0xffffffff
-A PREROUTING -p tcp -m tcp --dport 5 -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff
-A PREROUTING -p tcp -m tcp --dport 5 -j MARK --set-xmark 0x0/0xffffffff
-A PREROUTING -m conntrack --ctdir REPLY -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A FORWARD -m mark --mark 0xff -j ACCEPT
-A FORWARD -m mark --mark 0x7 -j ACCEPT
-A FORWARD -m connmark --mark 0x7 -j ACCEPT
-A FORWARD -m mark --mark 0x1/0x0 -j ACCEPT
-A FORWARD -m mark --mark 0x0 -j ACCEPT
COMMIT
"""
ROWS = [
    # set bits
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:1",
     ("mangle:PREROUTING:rule:1 mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:1 mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 203.0.113.50:1 in lan0"),
    # --set-xmark toggles bits outside its mask
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:2",
     ("mangle:PREROUTING:rule:2 mangle:PREROUTING:rule:3 mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:6 "
      "mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 203.0.113.50:2 in lan0"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:3",
     ("mangle:PREROUTING:rule:3 mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:1 mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 203.0.113.50:3 in lan0"),
    # the mask's bits are cleared, the value's flipped
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:4",
     ("mangle:PREROUTING:rule:4 mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:2 mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 203.0.113.50:4 in lan0"),
    # a mark saved to the connection
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:5",
     ("mangle:PREROUTING:rule:5 mangle:PREROUTING:rule:6 mangle:PREROUTING:rule:7 mangle:PREROUTING:policy "
      "mangle:FORWARD:policy filter:FORWARD:rule:4 mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 203.0.113.50:5 in lan0"),
    # `--mark 0x1/0x0` never holds
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:6",
     "mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:6 mangle:POSTROUTING:policy",
     "tcp 192.168.10.5 -> 203.0.113.50:6 in lan0"),
    # the answer has it restored
    ("sent lan0: 203.0.113.50:5 > 192.168.10.5:40000",
     ("mangle:PREROUTING:rule:8 mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:3 mangle:POSTROUTING:policy"),
     "tcp 203.0.113.50:5 -> 192.168.10.5:40000 in eth0 flags SYN,ACK", "tcp 192.168.10.5 -> 203.0.113.50:5 in lan0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_mark_is_set_saved_and_restored_as_by_the_kernel(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend), *packets) == (end, steps)
