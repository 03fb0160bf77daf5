"""What the stack does between the hooks, and what rules see of it: each row was answered by Linux 6.18, by both backends."""

from __future__ import annotations

import pytest

from tests.walk.rows import load, way

RULES = """*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:X - [0:0]
-A INPUT -j X
-A FORWARD -j X
-A OUTPUT -j X
-A X -o docker0
-A X ! -o docker0
-A X -o e+
-A X ! -o e+
-A X -i lan0
-A X ! -i lan0
-A X -i eth+
-A X -i eth
-A X -m ttl --ttl-eq 63
COMMIT
"""
ROWS = [
    # an absent interface is the empty name: `! -o` holds, `-o x` does not
    ("delivered eth0: 203.0.113.50:40000 > 198.51.100.10:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:6 "
      "filter:X:rule:7 filter:X:return filter:INPUT:policy"),
     "tcp 203.0.113.50 -> 198.51.100.10 in eth0"),
    # another address of this host
    ("delivered eth0: 203.0.113.50:40000 > 192.168.10.1:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:6 "
      "filter:X:rule:7 filter:X:return filter:INPUT:policy"),
     "tcp 203.0.113.50 -> 192.168.10.1 in eth0"),
    # forwarded: the TTL is one less
    ("sent eth0: 192.168.10.5:40000 > 203.0.113.50:80",
     ("mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:1 filter:X:rule:2 filter:X:rule:3 filter:X:rule:5 "
      "filter:X:rule:9 filter:X:return filter:FORWARD:policy mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0; ttl=64"),
    # a TTL of 1 is used up, but not here:
    ("lost kernel:ttl", "mangle:PREROUTING:policy",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0; ttl=1"),
    # for this host it suffices
    ("delivered lan0: 192.168.10.5:40000 > 198.51.100.10:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:5 "
      "filter:X:return filter:INPUT:policy"),
     "tcp 192.168.10.5 -> 198.51.100.10 in lan0; ttl=1"),
    # a local packet has no interface that it came in by
    ("sent eth0: 198.51.100.10:40000 > 203.0.113.50:80",
     ("mangle:OUTPUT:policy filter:OUTPUT:rule:1 filter:X:rule:2 filter:X:rule:3 filter:X:rule:6 filter:X:return "
      "filter:OUTPUT:policy mangle:POSTROUTING:policy"),
     "tcp 198.51.100.10 -> 203.0.113.50 from host"),
    # to an own address: out by lo, and in again
    ("delivered lo: 198.51.100.10:40000 > 198.51.100.11:80",
     ("mangle:OUTPUT:policy filter:OUTPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:6 filter:X:return "
      "filter:OUTPUT:policy mangle:POSTROUTING:policy mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 "
      "filter:X:rule:2 filter:X:rule:4 filter:X:rule:6 filter:X:return filter:INPUT:policy"),
     "tcp 198.51.100.10 -> 198.51.100.11 from host"),
    # a loopback source from outside
    ("lost kernel:martian", "mangle:PREROUTING:policy",
     "tcp 127.0.0.1 -> 203.0.113.50 in lan0"),
    ("lost kernel:martian", "mangle:PREROUTING:policy",
     "tcp 203.0.113.50 -> 127.0.0.1 in eth0"),
    # a blackhole
    ("lost kernel:blackhole", "mangle:PREROUTING:policy",
     "tcp 192.168.10.5 -> 10.66.0.1 in lan0"),
    # out where it came in
    ("sent lan0: 192.168.10.5:40000 > 192.168.10.9:80",
     ("mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:5 "
      "filter:X:rule:9 filter:X:return filter:FORWARD:policy mangle:POSTROUTING:policy"),
     "tcp 192.168.10.5 -> 192.168.10.9 in lan0"),
    # a broadcast of a network
    ("delivered lan0: 192.168.10.5:40000 > 192.168.10.255:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:5 "
      "filter:X:return filter:INPUT:policy"),
     "udp 192.168.10.5 -> 192.168.10.255 in lan0"),
    # DHCP
    ("delivered lan0: 0.0.0.0:68 > 255.255.255.255:67",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:5 "
      "filter:X:return filter:INPUT:policy"),
     "udp 0.0.0.0:68 -> 255.255.255.255:67 in lan0"),
    # a multicast source
    ("lost kernel:martian", "mangle:PREROUTING:policy",
     "udp 224.0.0.9 -> 198.51.100.10 in eth0"),
    # from a container
    ("sent eth0: 172.17.0.2:40000 > 203.0.113.50:80",
     ("mangle:PREROUTING:policy mangle:FORWARD:policy filter:FORWARD:rule:1 filter:X:rule:2 filter:X:rule:3 filter:X:rule:6 "
      "filter:X:rule:9 filter:X:return filter:FORWARD:policy mangle:POSTROUTING:policy"),
     "tcp 172.17.0.2 -> 203.0.113.50 in docker0"),
    # to the bridge's own address
    ("delivered docker0: 172.17.0.2:40000 > 172.17.0.1:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:6 "
      "filter:X:return filter:INPUT:policy"),
     "tcp 172.17.0.2 -> 172.17.0.1 in docker0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_packet_is_routed_as_by_the_kernel(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend), *packets) == (end, steps)


FORWARDING_OFF = [
    # forwarding is off
    ("lost kernel:forwarding-off", "mangle:PREROUTING:policy",
     "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
    ("delivered lan0: 192.168.10.5:40000 > 198.51.100.10:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:5 "
      "filter:X:return filter:INPUT:policy"),
     "tcp 192.168.10.5 -> 198.51.100.10 in lan0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", FORWARDING_OFF, ids=lambda row: " after ".join(row[2:]))
def test_a_host_that_does_not_forward_loses_what_is_not_for_it(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend, net__ipv4__ip_forward=0), *packets) == (end, steps)


LOCALNET = [
    # route_localnet lets it in
    ("delivered eth0: 203.0.113.50:40000 > 127.0.0.1:80",
     ("mangle:PREROUTING:policy mangle:INPUT:policy filter:INPUT:rule:1 filter:X:rule:2 filter:X:rule:4 filter:X:rule:6 "
      "filter:X:rule:7 filter:X:return filter:INPUT:policy"),
     "tcp 203.0.113.50 -> 127.0.0.1 in eth0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", LOCALNET, ids=lambda row: " after ".join(row[2:]))
def test_route_localnet_lets_loopback_addresses_in(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend, net__ipv4__conf__all__route_localnet=1), *packets) == (end, steps)


REFUSED = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A OUTPUT -p tcp -m tcp --dport 25 -j REJECT --reject-with icmp-port-unreachable
-A FORWARD -p tcp -m tcp --dport 25 -j REJECT --reject-with tcp-reset
-A OUTPUT -p tcp -m tcp --dport 26 -j DROP
COMMIT
"""
REFUSED_ROWS = [
    # REJECT and DROP in OUTPUT end the packet in the process that sends it
    ("rejected", "filter:OUTPUT:rule:1",
     "tcp 198.51.100.10 -> 203.0.113.50:25 from host"),
    ("dropped", "filter:OUTPUT:rule:2",
     "tcp 198.51.100.10 -> 203.0.113.50:26 from host"),
    ("rejected", "filter:FORWARD:rule:1",
     "tcp 192.168.10.5 -> 203.0.113.50:25 in lan0"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", REFUSED_ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_refused_packet_ends_at_the_rule(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(REFUSED, backend), *packets) == (end, steps)
