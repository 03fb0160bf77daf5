"""NAT as the kernel does it: each row was answered by Linux 6.18, by both backends."""

from __future__ import annotations

import pytest

from tests.walk.rows import load, way

RULES = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 5000:5020 -j DNAT --to-destination 172.17.0.2:1000-1009/5000
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 7005 -j DNAT --to-destination 172.17.0.2:7000-7010
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 9000 -j DNAT --to-destination 172.17.0.2:7000-7010
-A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 8081
-A PREROUTING -p tcp -m tcp --dport 82 -j REDIRECT
-A PREROUTING -d 10.20.0.0/16 -j NETMAP --to 172.17.0.0/16
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 83 -j DNAT --to-destination 198.51.100.10:83
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 84 -j DNAT --to-destination 172.17.0.2-172.17.0.9
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 85 -j DNAT --to-destination 127.0.0.1
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 86 -j ACCEPT
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 86 -j DNAT --to-destination 172.17.0.2
-A INPUT -p tcp -m tcp --dport 87 -j SNAT --to-source 192.0.2.1
-A OUTPUT -d 203.0.113.99/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128
-A OUTPUT -d 203.0.113.98/32 -j DNAT --to-destination 192.168.10.5
-A OUTPUT -d 203.0.113.97/32 -j DNAT --to-destination 10.20.0.5
-A POSTROUTING -s 192.168.10.0/24 -o eth0 -p udp -j SNAT --to-source 198.51.100.20-198.51.100.27
-A POSTROUTING -s 192.168.10.0/24 -o eth0 -p icmp -j SNAT --to-source 198.51.100.20-198.51.100.27 --persistent
-A POSTROUTING -s 192.168.10.9/32 -o eth0 -j SNAT --to-source 192.168.10.8-192.168.10.12
-A POSTROUTING -s 192.168.10.0/24 -o eth0 -j MASQUERADE
-A POSTROUTING -o none0 -j MASQUERADE
-A POSTROUTING -s 10.30.0.0/16 -j NETMAP --to 10.40.0.0/16
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate DNAT
-A INPUT -s 192.0.2.1/32
-A FORWARD -m conntrack --ctstate DNAT
-A FORWARD -m conntrack --ctstate SNAT
-A FORWARD -m conntrack --ctstate ESTABLISHED
-A OUTPUT -o lan0
-A OUTPUT -o eth0
COMMIT
"""
ROWS = [
    # a new destination, seen by filter as DNAT
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.2:80", "nat:PREROUTING:rule:1 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:8080 in eth0"),
    # the same packet again asks the rules no more
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.2:80", "filter:FORWARD:rule:1 filter:FORWARD:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:8080 in eth0", "tcp 203.0.113.50 -> 198.51.100.10:8080 in eth0"),
    # the answer gets the old source back, after FORWARD
    ("sent eth0: 198.51.100.10:8080 > 203.0.113.50:40000", "filter:FORWARD:rule:1 filter:FORWARD:rule:3 filter:FORWARD:policy",
     "tcp 172.17.0.2:80 -> 203.0.113.50:40000 in docker0 flags SYN,ACK", "tcp 203.0.113.50 -> 198.51.100.10:8080 in eth0"),
    # /BASE: lo + (dport - base) mod n
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.2:1000", "nat:PREROUTING:rule:2 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:5010 in eth0"),
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.2:1003", "nat:PREROUTING:rule:2 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:5003 in eth0"),
    # a port in the range is kept
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.2:7005", "nat:PREROUTING:rule:3 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:7005 in eth0"),
    # one outside becomes the first of the range
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.2:7000", "nat:PREROUTING:rule:4 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:9000 in eth0"),
    # REDIRECT: the first address of the interface it came in by
    ("delivered eth0: 203.0.113.50:40000 > 198.51.100.10:8081", "nat:PREROUTING:rule:5 filter:INPUT:rule:1 filter:INPUT:policy nat:INPUT:policy",
     "tcp 203.0.113.50 -> 198.51.100.11:81 in eth0"),
    ("delivered eth0: 203.0.113.50:40000 > 198.51.100.10:82", "nat:PREROUTING:rule:6 filter:INPUT:rule:1 filter:INPUT:policy nat:INPUT:policy",
     "tcp 203.0.113.50 -> 192.168.10.1:82 in eth0"),
    # an interface without an address drops
    ("dropped", "nat:PREROUTING:rule:5",
     "tcp 10.9.0.5 -> 203.0.113.1:81 in none0"),
    # NETMAP keeps the host part
    ("sent docker0: 203.0.113.50:40000 > 172.17.3.4:80", "nat:PREROUTING:rule:7 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 10.20.3.4 in eth0"),
    # what does not change is no DNAT
    ("delivered eth0: 203.0.113.50:40000 > 198.51.100.10:83", "nat:PREROUTING:rule:8 filter:INPUT:policy nat:INPUT:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:83 in eth0"),
    # of a range the kernel's hash of both ends picks one
    ("sent docker0: 203.0.113.50:40000 > 172.17.0.3:84", "nat:PREROUTING:rule:9 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:84 in eth0"),
    ("sent docker0: 203.0.113.51:40000 > 172.17.0.4:84", "nat:PREROUTING:rule:9 filter:FORWARD:rule:1 filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.51 -> 198.51.100.10:84 in eth0"),
    # a loopback address is a martian
    ("lost kernel:martian", "nat:PREROUTING:rule:10",
     "tcp 203.0.113.50 -> 198.51.100.10:85 in eth0"),
    # ACCEPT ends the table
    ("delivered eth0: 203.0.113.50:40000 > 198.51.100.10:86", "nat:PREROUTING:rule:11 filter:INPUT:policy nat:INPUT:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:86 in eth0"),
    # INPUT's source NAT comes after filter
    ("delivered eth0: 192.0.2.1:40000 > 198.51.100.10:87", "nat:PREROUTING:policy filter:INPUT:policy nat:INPUT:rule:1",
     "tcp 203.0.113.50 -> 198.51.100.10:87 in eth0"),
    # REDIRECT of a local packet goes to 127.0.0.1 and back in by lo
    ("delivered lo: 198.51.100.10:40000 > 127.0.0.1:3128",
     ("nat:OUTPUT:rule:1 filter:OUTPUT:rule:2 filter:OUTPUT:policy nat:POSTROUTING:policy filter:INPUT:rule:1 "
      "filter:INPUT:policy"),
     "tcp 198.51.100.10 -> 203.0.113.99:80 from host"),
    # a new route after OUTPUT: filter sees the old interface and the new destination
    ("sent lan0: 198.51.100.10:40000 > 192.168.10.5:80", "nat:OUTPUT:rule:2 filter:OUTPUT:rule:2 filter:OUTPUT:policy nat:POSTROUTING:policy",
     "tcp 198.51.100.10 -> 203.0.113.98 from host"),
    # SNAT to a range: the hash
    ("sent eth0: 198.51.100.25:5353 > 203.0.113.50:53", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:1",
     "udp 192.168.10.5:5353 -> 203.0.113.50:53 in lan0"),
    ("sent eth0: 198.51.100.20:5353 > 203.0.113.50:53", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:1",
     "udp 192.168.10.6:5353 -> 203.0.113.50:53 in lan0"),
    # --persistent: the hash of the source alone
    ("sent eth0: 198.51.100.21 > 203.0.113.50", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:2",
     "icmp 192.168.10.5 -> 203.0.113.50 in lan0"),
    # a source in the range stays
    ("sent eth0: 192.168.10.9:40000 > 203.0.113.50:80", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:3",
     "tcp 192.168.10.9 -> 203.0.113.50 in lan0"),
    # MASQUERADE: the primary address of the interface
    ("sent eth0: 198.51.100.10:40000 > 203.0.113.50:80", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:4",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
    # an answer is un-NATed before routing
    ("sent lan0: 203.0.113.50:80 > 192.168.10.5:40000", "filter:FORWARD:rule:2 filter:FORWARD:rule:3 filter:FORWARD:policy",
     "tcp 203.0.113.50:80 -> 198.51.100.10:40000 in eth0 flags SYN,ACK", "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
    # an INVALID packet leaves as it is
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "filter:FORWARD:policy",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags RST"),
    # an ACK of an unknown connection is NEW
    ("sent eth0: 198.51.100.10:40000 > 203.0.113.50:80", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:4",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags ACK"),
    # an interface without an address: the packet goes out with another's
    ("sent none0: 198.51.100.10:40000 > 10.9.0.5:80", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:5",
     "tcp 192.168.10.5 -> 10.9.0.5 in lan0"),
    # NETMAP of the source
    ("sent eth0: 10.40.1.2:40000 > 203.0.113.50:80", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:rule:6",
     "tcp 10.30.1.2 -> 203.0.113.50 in lan0"),
    ("sent eth0: 203.0.113.50:40000 > 10.30.1.2:80", "nat:PREROUTING:policy filter:FORWARD:policy nat:POSTROUTING:policy",
     "tcp 203.0.113.50 -> 10.30.1.2 in eth0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_packet_is_translated_as_by_the_kernel(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend), *packets) == (end, steps)


DEAD = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -j LOG
-A POSTROUTING -j ACCEPT
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
"""
DEAD_ROWS = [
    # nat without conntrack is dead
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80", "filter:FORWARD:policy",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", DEAD_ROWS, ids=lambda row: " after ".join(row[2:]))
def test_nat_is_not_asked_where_no_rule_needs_conntrack(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(DEAD, backend), *packets) == (end, steps)


DROPPED = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
"""
DROPPED_ROWS = [
    # a connection that was dropped is new again
    ("dropped", "nat:PREROUTING:rule:1 filter:FORWARD:policy",
     "tcp 203.0.113.50 -> 198.51.100.10:8080 in eth0", "tcp 203.0.113.50 -> 198.51.100.10:8080 in eth0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", DROPPED_ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_connection_that_was_dropped_is_new_again(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(DROPPED, backend), *packets) == (end, steps)
