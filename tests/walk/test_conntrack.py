"""The state that conntrack gives a packet: each row was answered by Linux 6.18, by both backends."""

from __future__ import annotations

import pytest

from tests.walk.rows import load, way

# FORWARD rule 1: NEW, 2: ESTABLISHED, 3: INVALID, 4: UNTRACKED
RULES = """*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p udp -m udp --dport 9 -j CT --notrack
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j ACCEPT
-A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT
COMMIT
"""
ROWS = [
    # SYN opens a connection
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags SYN"),
    # so does ACK (nf_conntrack_tcp_loose)
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags ACK"),
    # nothing else does
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags SYN,ACK"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags RST"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags FIN,ACK"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags NONE"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags FIN,PSH,URG"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags SYN,PSH"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags RST,ACK"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags ALL"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags SYN,URG"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags PSH,ACK"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags SYN,ECE,CWR"),
    # UDP: new until there was an answer
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "udp 192.168.10.5 -> 203.0.113.50 in lan0"),
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "udp 192.168.10.5 -> 203.0.113.50 in lan0", "udp 192.168.10.5 -> 203.0.113.50 in lan0"),
    # the answer is ESTABLISHED
    ("sent lan0: 203.0.113.50:80 > 192.168.10.5:40000", "raw:PREROUTING:policy filter:FORWARD:rule:2",
     "udp 203.0.113.50:80 -> 192.168.10.5:40000 in eth0", "udp 192.168.10.5 -> 203.0.113.50 in lan0"),
    # and so is what comes after it
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:2",
     "udp 192.168.10.5 -> 203.0.113.50 in lan0",
     "udp 192.168.10.5 -> 203.0.113.50 in lan0",
     "udp 203.0.113.50:80 -> 192.168.10.5:40000 in eth0"),
    # another port is another connection
    ("sent eth0: 192.168.10.5:40001 > 203.0.113.50:80", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "udp 192.168.10.5:40001 -> 203.0.113.50 in lan0",
     "udp 192.168.10.5 -> 203.0.113.50 in lan0",
     "udp 203.0.113.50:80 -> 192.168.10.5:40000 in eth0"),
    # TCP's answer
    ("sent lan0: 203.0.113.50:80 > 192.168.10.5:40000", "raw:PREROUTING:policy filter:FORWARD:rule:2",
     "tcp 203.0.113.50:80 -> 192.168.10.5:40000 in eth0 flags SYN,ACK", "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
    # CT --notrack
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:9", "raw:PREROUTING:rule:1 raw:PREROUTING:policy filter:FORWARD:rule:4",
     "udp 192.168.10.5 -> 203.0.113.50:9 in lan0"),
    # ICMP requests open a connection
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 8"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 13"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 15"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:1",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 17"),
    # other types do not
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 0"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 5"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 9"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 10"),
    ("sent eth0: 192.168.10.5 > 203.0.113.50", "raw:PREROUTING:policy filter:FORWARD:rule:3",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 14"),
    # the answer to a ping
    ("sent lan0: 203.0.113.50 > 192.168.10.5", "raw:PREROUTING:policy filter:FORWARD:rule:2",
     "icmp 203.0.113.50 -> 192.168.10.5 in eth0 type 0", "icmp 192.168.10.5 -> 203.0.113.50 in lan0 type 8"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_packet_has_the_state_that_the_kernel_gives_it(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend), *packets) == (end, steps)
