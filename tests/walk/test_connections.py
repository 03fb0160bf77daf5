"""Connections of all protocols, packet by packet: rows that the Linux kernel (6.18) answered, legacy and nft alike."""

from __future__ import annotations

import pytest

from iptsim import Packet
from tests.walk.asked import goes, row

ROWS = (
    row(
        "SCTP: whatever follows belongs to the association",
        "filter:FORWARD:rule:2",
        "sent",
        "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="sctp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="sctp", sport=80, dport=1000, in_interface="eth0", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="sctp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "DCCP: ports do not tell connections apart",
        "filter:FORWARD:rule:2",
        "sent",
        "8.8.8.8 80 > 10.0.0.5, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="dccp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="dccp", sport=80, dport=3000, in_interface="eth0", ttl=64),
    ),
    row(
        "DCCP: NAT leaves the port as it is",
        "nat:PREROUTING:rule:1 filter:FORWARD:rule:1",
        "sent",
        "8.8.8.8 5 > 10.0.0.9, ttl 63",
        ("nat -A PREROUTING -p dccp -j DNAT --to-destination 10.0.0.9:99", "filter -A FORWARD -p dccp -m dccp --dport 80 -j ACCEPT"),
        Packet(src="8.8.8.8", dst="203.0.113.10", proto="dccp", sport=5, dport=80, in_interface="eth0", ttl=64),
    ),
    row(
        "UDP-Lite is taken to have the checksum that conntrack looks for",
        "filter:FORWARD:rule:2",
        "sent",
        "8.8.8.8 80 > 10.0.0.5, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udplite", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="udplite", sport=80, dport=1000, in_interface="eth0", ttl=64),
    ),
    row(
        "GRE without a key is one connection",
        "filter:FORWARD:rule:2",
        "sent",
        "8.8.8.8 > 10.0.0.5, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="gre", in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="gre", in_interface="eth0", ttl=64),
    ),
    row(
        "an echo reply of another code answers nothing",
        "filter:FORWARD:rule:3",
        "sent",
        "8.8.8.8 > 10.0.0.5, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="icmp", icmp_type=8, icmp_code=0, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="icmp", icmp_type=0, icmp_code=1, in_interface="eth0", ttl=64),
    ),
    row(
        "an echo request of another code is another",
        "filter:FORWARD:rule:1",
        "sent",
        "10.0.0.5 > 8.8.8.8, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="icmp", icmp_type=8, icmp_code=0, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="icmp", icmp_type=0, icmp_code=0, in_interface="eth0", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="icmp", icmp_type=8, icmp_code=1, in_interface="eth1", ttl=64),
    ),
    row(
        "the ports of a connection that has none are 0",
        "filter:FORWARD:rule:1",
        "sent",
        "10.0.0.5 > 8.8.8.8, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctorigsrcport 0 -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctorigdstport 2048 -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctrepldstport 1 -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctreplsrcport 80 -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="esp", in_interface="eth1", ttl=64),
    ),
    row(
        "the destination port of an ICMP connection is its type and code",
        "filter:FORWARD:rule:1",
        "sent",
        "10.0.0.5 > 8.8.8.8, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctorigdstport 2048 -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctrepldstport 1 -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctreplsrcport 80 -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="icmp", icmp_type=8, icmp_code=0, in_interface="eth1", ttl=64),
    ),
    row(
        "that of its answers is theirs",
        "filter:FORWARD:rule:1",
        "sent",
        "10.0.0.5 > 8.8.8.8, ttl 63",
        ("filter -A FORWARD -m conntrack --ctrepldstport 1 -j ACCEPT", "filter -A FORWARD -m conntrack --ctreplsrcport 80 -j ACCEPT"),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="icmp", icmp_type=8, icmp_code=1, in_interface="eth1", ttl=64),
    ),
    row(
        "what loopback brings back and INPUT drops was confirmed before",
        "filter:OUTPUT:rule:1 filter:OUTPUT:policy filter:INPUT:policy",
        "delivered",
        "10.0.0.1 1000 > 10.0.0.1, ttl 64",
        ("filter -A INPUT -i lo -m ttl --ttl-eq 9 -j DROP", "filter -A OUTPUT -m conntrack --ctstatus CONFIRMED"),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="udp", sport=1000, dport=80, from_host=True, ttl=9),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
    ),
    row(
        "a packet to its own sender answers itself",
        "filter:FORWARD:rule:2",
        "sent",
        "8.8.8.8 80 > 8.8.8.8, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="8.8.8.8", dst="8.8.8.8", proto="udp", sport=80, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="8.8.8.8", proto="udp", sport=80, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "over loopback it comes back with the connection that it opened",
        "filter:OUTPUT:rule:1 filter:INPUT:rule:1",
        "delivered",
        "10.0.0.1 80 > 10.0.0.1, ttl 64",
        (
            "filter -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A OUTPUT -m conntrack --ctstate INVALID -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="udp", sport=80, dport=80, from_host=True, ttl=64),
    ),
    row(
        "and its second is an answer",
        "filter:OUTPUT:rule:2 filter:INPUT:rule:2",
        "delivered",
        "10.0.0.1 80 > 10.0.0.1, ttl 64",
        (
            "filter -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A OUTPUT -m conntrack --ctstate INVALID -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="udp", sport=80, dport=80, from_host=True, ttl=64),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="udp", sport=80, dport=80, from_host=True, ttl=64),
    ),
    row(
        "so TCP opens from both sides in one",
        "filter:OUTPUT:rule:2 filter:INPUT:rule:2",
        "delivered",
        "10.0.0.1 80 > 10.0.0.1, ttl 64",
        (
            "filter -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A OUTPUT -m conntrack --ctstate INVALID -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A INPUT -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="tcp", sport=80, dport=80, from_host=True, ttl=64),
        Packet(src="10.0.0.1", dst="10.0.0.1", proto="tcp", sport=80, dport=80, tcp_flags="SYN,ACK", from_host=True, ttl=64),
    ),
    row(
        "a packet with a wrong checksum belongs to no connection",
        "filter:FORWARD:rule:3",
        "sent",
        "8.8.8.8 80 > 10.0.0.5, ttl 63",
        (
            "filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "filter -A FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="udp", sport=80, dport=1000, in_interface="eth0", ctstate="INVALID", ttl=64),
    ),
)


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(("told", "rules", "packets"), ROWS)
def test_a_packet_belongs_to_the_connection_that_it_belongs_to_in_the_kernel(
    told: tuple[str, ...], rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str
) -> None:
    assert goes(rules, packets, backend) == told
