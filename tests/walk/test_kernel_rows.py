"""Rows that the Linux kernel (6.18) answered, legacy and nft alike: each is named by what it is about."""

from __future__ import annotations

import pytest

from iptsim import Packet
from tests.walk.asked import goes, row

ROWS = (
    row(
        "raw comes before conntrack: no packet has a connection there",
        "raw:PREROUTING:rule:2 raw:PREROUTING:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        (
            "raw -A PREROUTING -m conntrack --ctstate NEW",
            "raw -A PREROUTING -m conntrack --ctstate INVALID",
            "raw -A PREROUTING -m connmark --mark 0x0",
        ),
        Packet(
            src="10.0.0.5", dst="8.8.8.8", proto="tcp", sport=1000, dport=80,
            tcp_flags="SYN", in_interface="eth1", ttl=64,
        ),
    ),
    row(
        "an address of a range is picked by both ends",
        "nat:POSTROUTING:rule:1", "sent", "203.0.113.68 1000 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -j SNAT --to-source 203.0.113.0-203.0.113.255",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "--persistent leaves the destination out of the hash",
        "nat:POSTROUTING:rule:1", "sent", "203.0.113.226 1000 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -j SNAT --to-source 203.0.113.0-203.0.113.255 --persistent",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a source in the range is not kept where its port is outside",
        "nat:POSTROUTING:rule:1", "sent", "10.0.0.68 5000 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -p udp -j SNAT --to-source 10.0.0.0-10.0.0.255:5000",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a source in the range is kept where its port is inside",
        "nat:POSTROUTING:rule:1", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        ("nat -A POSTROUTING -o eth0 -p udp -j SNAT --to-source 10.0.0.0-10.0.0.255:900-1100",),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "an IPv6 source range is hashed word by word",
        "nat:POSTROUTING:rule:1", "sent", "2001:db8::3:70d0:b029:8e60 1 > 2001:db8:9::9, ttl 63",
        ("nat -A POSTROUTING -o eth0 -j SNAT --to-source 2001:db8::20-2001:db8::5:0:0:29",),
        Packet(src="fd00:8::6", dst="2001:db8:9::9", proto="udp", sport=1, dport=2, in_interface="wg0", ttl=64),
    ),
    row(
        "an IPv6 destination range mixes in what it has chosen",
        "nat:PREROUTING:rule:1", "sent", "fd00:8::6 1 > fd00:1::3:e3d0:17ca:913b, ttl 63",
        ("nat -A PREROUTING -d 2001:db8::10/128 -j DNAT --to-destination fd00:1::20-fd00:1::5:0:0:29",),
        Packet(src="fd00:8::6", dst="2001:db8::10", proto="udp", sport=1, dport=2, in_interface="wg0", ttl=64),
    ),
    row(
        "of the network 0 only 0.0.0.0 is a martian",
        "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "0.1.2.3 1000 > 8.8.8.8, ttl 63",
        ("filter -A FORWARD -s 0.0.0.0/8",),
        Packet(src="0.1.2.3", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a packet to 255.255.255.255 may have a loopback source",
        "filter:INPUT:rule:1 filter:INPUT:policy", "delivered", "127.0.0.5 1000 > 255.255.255.255, ttl 64",
        ("filter -A INPUT -s 127.0.0.0/8",),
        Packet(src="127.0.0.5", dst="255.255.255.255", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "an echo reply does not answer a timestamp request",
        "filter:FORWARD:rule:2 filter:FORWARD:policy", "sent", "8.8.8.8 > 10.0.0.5, ttl 63",
        ("filter -A FORWARD -m conntrack --ctstate ESTABLISHED", "filter -A FORWARD -m conntrack --ctstate INVALID"),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="icmp", icmp_type=13, icmp_code=0, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="icmp", icmp_type=0, icmp_code=0, in_interface="eth0", ttl=64),
    ),
    row(
        "a bridge passes on the answer too, with the TTL it has",
        "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "172.17.0.3 2 > 172.17.0.2, ttl 64",
        ("filter -A FORWARD -m conntrack --ctstate ESTABLISHED -m ttl --ttl-eq 64",),
        Packet(
            src="172.17.0.2", dst="172.17.0.3", proto="udp", sport=1, dport=2,
            in_interface="docker0", physdev_in="vetha", physdev_out="vethb", ttl=64,
        ),
        Packet(
            src="172.17.0.3", dst="172.17.0.2", proto="udp", sport=2, dport=1,
            in_interface="docker0", physdev_in="vethb", physdev_out="vetha", ttl=64,
        ),
    ),
    row(
        "what NAT sends back to its bridge is bridged, with the TTL it has",
        "nat:PREROUTING:rule:1 filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "172.17.0.2 1 > 172.17.0.3, ttl 64",
        ("nat -A PREROUTING -d 203.0.113.10/32 -p udp -j DNAT --to-destination 172.17.0.3", "filter -A FORWARD -m ttl --ttl-eq 64"),
        Packet(
            src="172.17.0.2", dst="203.0.113.10", proto="udp", sport=1, dport=2,
            in_interface="docker0", physdev_in="vetha", ttl=64,
        ),
    ),
    row(
        "what NAT sends back to its bridge port is lost",
        "nat:PREROUTING:rule:1", "lost", None,
        ("nat -A PREROUTING -d 203.0.113.10/32 -p udp -j DNAT --to-destination 172.17.0.2", "filter -A FORWARD -m ttl --ttl-eq 64"),
        Packet(
            src="172.17.0.2", dst="203.0.113.10", proto="udp", sport=1, dport=2,
            in_interface="docker0", physdev_in="vetha", ttl=64, assume={"hairpin:docker0": False},
        ),
    ),
    row(
        "what nat leaves without a route never sees filter",
        "nat:OUTPUT:rule:1", "lost", None,
        ("nat -A OUTPUT -d 127.0.0.1/32 -p udp -j DNAT --to-destination 8.8.8.8", "filter -A OUTPUT -p udp"),
        Packet(src="127.0.0.1", dst="127.0.0.1", proto="udp", sport=1, dport=2, from_host=True, ttl=64),
    ),
    row(
        "a connection is confirmed before loopback brings it back",
        "filter:OUTPUT:policy filter:INPUT:rule:1 filter:INPUT:policy", "delivered", "127.0.0.1 1 > 127.0.0.1, ttl 64",
        ("filter -A OUTPUT -m conntrack --ctstatus CONFIRMED", "filter -A INPUT -m conntrack --ctstatus CONFIRMED"),
        Packet(src="127.0.0.1", dst="127.0.0.1", proto="udp", sport=1, dport=2, from_host=True, ttl=64),
    ),
    row(
        "a new connection was expected by nobody and is not assured",
        "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        (
            "filter -A FORWARD -m conntrack ! --ctstatus EXPECTED -j LOG",
            "filter -A FORWARD -m conntrack --ctstate NEW --ctstatus ASSURED -j LOG",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a connection keeps the mark that its answer set",
        "mangle:PREROUTING:rule:1 mangle:PREROUTING:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        (
            "mangle -A PREROUTING -m connmark --mark 0x5",
            "mangle -A PREROUTING -m conntrack --ctdir REPLY -j CONNMARK --set-xmark 0x5/0xffffffff",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="8.8.8.8", dst="10.0.0.5", proto="udp", sport=80, dport=1000, in_interface="eth0", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a connection keeps the mark that a dropped packet set",
        "mangle:PREROUTING:rule:1 mangle:PREROUTING:policy filter:FORWARD:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        (
            "mangle -A PREROUTING -m connmark --mark 0x5",
            "mangle -A PREROUTING -m ttl --ttl-eq 33 -j CONNMARK --set-xmark 0x5/0xffffffff",
            "filter -A FORWARD -m ttl --ttl-eq 32 -j DROP",
        ),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=33),
        Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
    ),
    row(
        "a packet with impossible flags belongs to no connection",
        "filter:FORWARD:rule:2 filter:FORWARD:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
        ("filter -A FORWARD -m conntrack --ctstate ESTABLISHED", "filter -A FORWARD -m conntrack --ctstate INVALID"),
        Packet(
            src="10.0.0.5", dst="8.8.8.8", proto="tcp", sport=1000, dport=80,
            tcp_flags="SYN", in_interface="eth1", ttl=64,
        ),
        Packet(
            src="8.8.8.8", dst="10.0.0.5", proto="tcp", sport=80, dport=1000,
            tcp_flags="SYN,ACK", in_interface="eth0", ttl=64,
        ),
        Packet(
            src="10.0.0.5", dst="8.8.8.8", proto="tcp", sport=1000, dport=80,
            tcp_flags="FIN,PSH,URG", in_interface="eth1", ttl=64,
        ),
    ),
    row(
        "a packet of this host is unicast",
        "filter:OUTPUT:rule:1 filter:OUTPUT:policy", "sent", "10.0.0.1 1 > 10.0.0.5, ttl 64",
        ("filter -A OUTPUT -m pkttype --pkt-type unicast",),
        Packet(src="10.0.0.1", dst="10.0.0.5", proto="udp", sport=1, dport=2, from_host=True, ttl=64),
    ),
    row(
        "loopback brings an INVALID packet back without a connection",
        "raw:PREROUTING:rule:1 raw:PREROUTING:policy filter:INPUT:rule:1 filter:INPUT:policy", "delivered", "127.0.0.1 1 > 127.0.0.1, ttl 64",
        (
            "raw -A PREROUTING -i lo -j CT --notrack",
            "filter -A INPUT -m conntrack --ctstate UNTRACKED",
            "filter -A INPUT -m conntrack --ctstate INVALID",
        ),
        Packet(
            src="127.0.0.1", dst="127.0.0.1", proto="tcp", sport=1, dport=2,
            tcp_flags="NONE", from_host=True, ttl=64,
        ),
    ),
    row(
        "a link-local source is not forwarded",
        "", "lost", None,
        ("filter -A FORWARD -j ACCEPT",),
        Packet(src="fe80::5", dst="fd00:1::5", proto="udp", sport=1, dport=2, in_interface="wg0", ttl=64),
    ),
    row(
        "an IPv6 loopback source leaves this host",
        "nat:OUTPUT:rule:1 filter:OUTPUT:rule:1 filter:OUTPUT:policy", "sent", "::1 1 > 2001:db8:51::7, ttl 64",
        ("nat -A OUTPUT -d ::1/128 -p udp -j DNAT --to-destination 2001:db8:51::7", "filter -A OUTPUT -p udp"),
        Packet(src="::1", dst="::1", proto="udp", sport=1, dport=2, from_host=True, ttl=64),
    ),
    row(
        "an anycast address of this host is reached over loopback",
        "filter:OUTPUT:rule:1 filter:OUTPUT:policy filter:INPUT:rule:1 filter:INPUT:policy", "delivered", "fd00:1::1 1 > fd00:1::, ttl 64",
        ("filter -A OUTPUT -o lo", "filter -A INPUT -i lo -m addrtype --dst-type ANYCAST"),
        Packet(src="fd00:1::1", dst="fd00:1::", proto="udp", sport=1, dport=2, from_host=True, ttl=64),
    ),
    row(
        "a bridged packet leaves by POSTROUTING as if it came in nowhere",
        "mangle:POSTROUTING:rule:1 mangle:user:rule:2 mangle:user:return mangle:POSTROUTING:policy", "sent", "172.17.0.2 1 > 172.17.0.3, ttl 64",
        ("mangle -A POSTROUTING -o docker0 -g user", "mangle -A user -i docker0 -j ACCEPT", "mangle -A user -o docker0"),
        Packet(
            src="172.17.0.2", dst="172.17.0.3", proto="udp", sport=1, dport=2,
            in_interface="docker0", physdev_in="vetha", physdev_out="vethb", ttl=64,
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(("told", "rules", "packets"), ROWS)
def test_the_last_packet_goes_as_in_the_kernel(told: tuple[str, ...], rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str) -> None:
    assert goes(rules, packets, backend) == told
