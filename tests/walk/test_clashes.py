"""Connections that would look like others after NAT: rows that the Linux kernel (6.18) answered, legacy and nft alike."""

from __future__ import annotations

import pytest

from iptsim import Packet
from tests.walk.asked import goes, row

ROWS = (
    row(
        "a port that another connection has is not kept",
        "nat:POSTROUTING:rule:1",
        "sent",
        "203.0.113.10 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -j MASQUERADE",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "to another destination it is",
        "nat:POSTROUTING:rule:1",
        "sent",
        "203.0.113.10 1000 > 8.8.4.4, ttl 63",
        ("nat -A POSTROUTING -o eth0 -j MASQUERADE",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.4.4", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "the host's own connection gives way too",
        "nat:POSTROUTING:rule:1",
        "sent",
        "203.0.113.10 > 8.8.8.8, ttl 64",
        ("nat -A POSTROUTING -o eth0 -j MASQUERADE",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="203.0.113.10", dst="8.8.8.8", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
    ),
    row(
        "also where no rule translates it",
        "nat:POSTROUTING:policy",
        "sent",
        "203.0.113.10 > 8.8.8.8, ttl 64",
        ("nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j SNAT --to-source 203.0.113.10",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="203.0.113.10", dst="8.8.8.8", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
    ),
    row(
        "the only port of a rule can be had once for each destination",
        "nat:POSTROUTING:rule:1",
        "lost",
        None,
        ("nat -A POSTROUTING -o eth0 -p udp -j SNAT --to-source 203.0.113.20:5000",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "and for another again",
        "nat:POSTROUTING:rule:1",
        "sent",
        "203.0.113.20 5000 > 8.8.4.4, ttl 63",
        ("nat -A POSTROUTING -o eth0 -p udp -j SNAT --to-source 203.0.113.20:5000",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.4.4", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "the last port of a range is foreseen",
        "nat:POSTROUTING:rule:1",
        "sent",
        "203.0.113.20 1001 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -p udp -j SNAT --to-source 203.0.113.20:1000-1001",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "after it there is none",
        "nat:POSTROUTING:rule:1",
        "lost",
        None,
        ("nat -A POSTROUTING -o eth0 -p udp -j SNAT --to-source 203.0.113.20:1000-1001",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.7", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "without ports the second is lost",
        "nat:POSTROUTING:rule:1",
        "lost",
        None,
        ("nat -A POSTROUTING -o eth0 -j MASQUERADE",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="esp", in_interface="eth1", ttl=64),
        Packet(src="10.0.0.6", dst="8.8.8.8", proto="esp", in_interface="eth1", ttl=64),
    ),
    row(
        "a source gets what it got before",
        "nat:POSTROUTING:rule:2",
        "sent",
        "203.0.113.20 1000 > 8.8.8.9, ttl 63",
        (
            "nat -A POSTROUTING -o eth0 -d 8.8.8.8 -j SNAT --to-source 203.0.113.20",
            "nat -A POSTROUTING -o eth0 -j SNAT --to-source 203.0.113.0-203.0.113.255",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.9", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "from another port it is another",
        "nat:POSTROUTING:rule:2",
        "sent",
        "203.0.113.13 1001 > 8.8.8.9, ttl 63",
        (
            "nat -A POSTROUTING -o eth0 -d 8.8.8.8 -j SNAT --to-source 203.0.113.20",
            "nat -A POSTROUTING -o eth0 -j SNAT --to-source 203.0.113.0-203.0.113.255",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.9", proto="udp", sport=1001, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a destination keeps its port, so the source's changes",
        "nat:PREROUTING:rule:1",
        "sent",
        "8.8.8.8 > 10.0.0.9, ttl 63",
        ("nat -A PREROUTING -p udp -m udp --dport 8080 -j DNAT --to-destination 10.0.0.9:80",),
        Packet(src="8.8.8.8", dst="10.0.0.9", proto="udp", sport=1000, dport=80, in_interface="eth0", ttl=64),
        Packet(src="8.8.8.8", dst="203.0.113.10", proto="udp", sport=1000, dport=8080, in_interface="eth0", ttl=64),
    ),
    row(
        "of a range the destination takes the next free",
        "nat:PREROUTING:rule:1 filter:FORWARD:rule:1",
        "sent",
        "8.8.8.8 1000 > 10.0.0.9, ttl 63",
        (
            "nat -A PREROUTING -p udp -m udp --dport 8080 -j DNAT --to-destination 10.0.0.9:80-90",
            "filter -A FORWARD -p udp -m udp --dport 81 -j ACCEPT",
        ),
        Packet(src="8.8.8.8", dst="10.0.0.9", proto="udp", sport=1000, dport=80, in_interface="eth0", ttl=64),
        Packet(src="8.8.8.8", dst="203.0.113.10", proto="udp", sport=1000, dport=8080, in_interface="eth0", ttl=64),
    ),
    row(
        "delivered here the source's changes too",
        "nat:PREROUTING:rule:1",
        "delivered",
        "8.8.8.8 > 203.0.113.10, ttl 64",
        ("nat -A PREROUTING -p udp -m udp --dport 8080 -j REDIRECT --to-ports 80",),
        Packet(src="8.8.8.8", dst="203.0.113.10", proto="udp", sport=1000, dport=80, in_interface="eth0", ttl=64),
        Packet(src="8.8.8.8", dst="203.0.113.10", proto="udp", sport=1000, dport=8080, in_interface="eth0", ttl=64),
    ),
    row(
        "what opens a connection anew is not in its own way",
        "nat:POSTROUTING:rule:1",
        "sent",
        "203.0.113.10 1000 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -j MASQUERADE",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="tcp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="203.0.113.10", proto="tcp", sport=80, dport=1000, tcp_flags="SYN,ACK", in_interface="eth0", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="tcp", sport=1000, dport=80, tcp_flags="RST", in_interface="eth1", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="tcp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
)


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(("told", "rules", "packets"), ROWS)
def test_nat_tells_connections_apart_as_the_kernel_does(
    told: tuple[str, ...], rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str
) -> None:
    assert goes(rules, packets, backend) == told
