"""Addresses, interfaces and routes: rows that the Linux kernel (6.18) answered, legacy and nft alike, each on a host of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from iptsim import Host, Packet
from tests.walk.asked import goes, row


def host4(rules: list[str] | None = None, ipsets: Mapping[str, Any] | None = None, **switches: int) -> Host:
    """The internet behind eth0, a network behind eth1; switches of net.ipv4.conf with __ for a dot."""
    return Host(
        interfaces={"lo": ["127.0.0.1/8"], "eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24"]},
        routes=["default via 203.0.113.1 dev eth0", "203.0.113.0/24 dev eth0", "10.0.0.0/24 dev eth1"],
        rules=rules,
        ipsets=ipsets,
        sysctls={"net.ipv4.ip_forward": 1} | {f"net.ipv4.conf.{name.replace('__', '.')}": value for name, value in switches.items()},
    )


CONNECTED6 = ["2001:db8::/64 dev eth0", "fd00:1::/64 dev eth1", "fd00:8::/64 dev wg0"]


def host6(*routes: str, own: tuple[str, ...] = ("fd00:1::1/64",), forwarding: int | None = 1) -> Host:
    """The internet behind eth0, `own` addresses on eth1, a network behind wg0."""
    return Host(
        interfaces={"lo": ["::1/128"], "eth0": ["2001:db8::10/64"], "eth1": list(own), "wg0": ["fd00:8::1/64"]},
        routes=[*CONNECTED6, *(routes or ("::/0 via 2001:db8::1 dev eth0",))],
        sysctls={} if forwarding is None else {"net.ipv6.conf.all.forwarding": forwarding},
    )


HOSTS = {
    "plain": host4(),
    "accepting": host4(all__accept_local=1),
    "accepting by eth1": host4(eth1__accept_local=1),
    "ruled": host4(rules=["0: from all lookup local", "100: from all fwmark 0x1 lookup 100", "32766: from all lookup main"]),
    "sets": host4(
        ipsets={
            "nets": {"type": "hash:net,iface", "entries": ["10.0.0.0/24,eth1", "10.0.0.0/28,eth0"]},
            "macs": {"type": "bitmap:ip,mac", "range": "10.0.0.0/24", "entries": ["10.0.0.5,02:00:00:00:00:05"]},
        }
    ),
    "v6": host6(),
    "on-link": host6("::/0 dev eth0"),
    "no router": host6(forwarding=0),
    "untold": host6(forwarding=None),
    "network": host6("::/0 via 2001:db8::1 dev eth0", "2001:db8:51::/64 dev eth1"),
    "no way": host6("unreachable 2001:db8:7::/64"),
    "link-local": host6("::/0 via 2001:db8::1 dev eth0", "fe80::/64 dev eth1", own=("fd00:1::1/64", "fe80::1/64")),
}
ROWS = {
    "plain": (
        row(
            "a source of this host's own is a martian",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.1", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "also where it goes back to itself",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.1", dst="10.0.0.1", proto="udp", sport=80, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "and to a broadcast",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.1", dst="255.255.255.255", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, pkttype="broadcast"),
        ),
        row(
            "who sends to himself is let through",
            "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "8.8.8.8 80 > 8.8.8.8, ttl 63",
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="8.8.8.8", dst="8.8.8.8", proto="udp", sport=80, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "a broadcast source is none where no rule looks at it",
            "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "10.0.0.255 1000 > 8.8.8.8, ttl 63",
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.255", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "127.255.255.255 leaves by lo",
            "filter:OUTPUT:rule:1 filter:OUTPUT:policy filter:INPUT:rule:1 filter:INPUT:policy",
            "delivered", "127.0.0.1 1000 > 127.255.255.255, ttl 64",
            ("filter -A OUTPUT -o lo", "filter -A INPUT -i lo"),
            Packet(src="127.0.0.1", dst="127.255.255.255", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
        ),
        row(
            "a broadcast frame is not forwarded",
            "mangle:PREROUTING:rule:1 mangle:PREROUTING:policy", "lost", None,
            ("mangle -A PREROUTING -m pkttype --pkt-type broadcast", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, pkttype="broadcast"),
        ),
        row(
            "what became a multicast leaves by the interface of its source",
            "nat:OUTPUT:rule:1 mangle:POSTROUTING:rule:1 mangle:POSTROUTING:policy", "sent", "10.0.0.1 1000 > 239.9.9.9, ttl 64",
            ("nat -A OUTPUT -p udp -j DNAT --to-destination 239.9.9.9", "mangle -A POSTROUTING -o eth1"),
            Packet(src="10.0.0.1", dst="8.8.8.8", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
        ),
        row(
            "so does what became a broadcast",
            "nat:OUTPUT:rule:1 mangle:POSTROUTING:rule:1 mangle:POSTROUTING:policy", "delivered", "127.0.0.1 1000 > 255.255.255.255, ttl 64",
            ("nat -A OUTPUT -p udp -j DNAT --to-destination 255.255.255.255", "mangle -A POSTROUTING -o lo"),
            Packet(src="127.0.0.1", dst="127.0.0.1", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
        ),
    ),
    "accepting": (
        row(
            "accept_local takes it",
            "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "10.0.0.1 1000 > 8.8.8.8, ttl 63",
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.1", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
    ),
    "accepting by eth1": (
        row(
            "where it comes in by that interface",
            "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "10.0.0.1 1000 > 8.8.8.8, ttl 63",
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.1", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "and by no other",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.1", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth0", ttl=64),
        ),
    ),
    "ruled": (
        row(
            "a broadcast source is a martian where more rules are asked",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="10.0.0.255", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
    ),
    "sets": (
        row(
            "hash:net,iface: the longest prefix decides, of whatever interface it is",
            "filter:FORWARD:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
            ("filter -A FORWARD -m set --match-set nets src,src",),
            Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "where it is not in that the shorter one does",
            "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "10.0.0.50 1000 > 8.8.8.8, ttl 63",
            ("filter -A FORWARD -m set --match-set nets src,src",),
            Packet(src="10.0.0.50", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "bitmap:ip,mac knows the sender in POSTROUTING too",
            "mangle:POSTROUTING:rule:1 mangle:POSTROUTING:policy", "sent", "10.0.0.5 1000 > 8.8.8.8, ttl 63",
            ("mangle -A POSTROUTING -m set --match-set macs src,src",),
            Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, mac_source="02:00:00:00:00:05"),
        ),
    ),
    "v6": (
        row(
            "the first address of a router's own network is its own",
            "filter:INPUT:rule:1 filter:INPUT:rule:3 filter:INPUT:rule:5 filter:INPUT:policy", "delivered", "fd00:1::5 1000 > fd00:8::, ttl 64",
            (
                "filter -A INPUT -m addrtype --dst-type UNICAST",
                "filter -A INPUT -m addrtype --dst-type LOCAL",
                "filter -A INPUT -m addrtype --dst-type ANYCAST",
                "filter -A INPUT -m addrtype --dst-type UNREACHABLE",
                "filter -A INPUT -m addrtype --src-type UNICAST",
                "filter -A INPUT -m addrtype --src-type LOCAL",
                "filter -A INPUT -m addrtype --src-type ANYCAST",
                "filter -A INPUT -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="fd00:1::5", dst="fd00:8::", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "scopes 0 and 1 do not come from outside",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="fd00:1::5", dst="ff01::1", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, pkttype="multicast"),
        ),
        row(
            "nor does the reserved one",
            "", "lost", None,
            ("filter -A INPUT -p udp", "filter -A FORWARD -p udp"),
            Packet(src="fd00:1::5", dst="ff00::1", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, pkttype="multicast"),
        ),
        row(
            "::1 by NAT brings nothing to lo",
            "nat:PREROUTING:rule:1", "lost", None,
            ("nat -A PREROUTING -p udp -j DNAT --to-destination ::1", "filter -A INPUT -p udp"),
            Packet(src="fd00:1::5", dst="2001:db8::10", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "MASQUERADE takes the address that is most like the destination's",
            "nat:POSTROUTING:rule:1", "sent", "2001:db8::10 1000 > 2001:db8:9::9, ttl 63",
            ("nat -A POSTROUTING -p udp -j MASQUERADE",),
            Packet(src="fd00:8::5", dst="2001:db8:9::9", proto="udp", sport=1000, dport=80, in_interface="wg0", ttl=64),
        ),
        row(
            "an address of another interface is UNREACHABLE by this one",
            "filter:INPUT:rule:1 filter:INPUT:policy", "delivered", "fd00:1::5 1000 > fd00:8::1, ttl 64",
            ("filter -A INPUT -m addrtype --dst-type UNREACHABLE --limit-iface-in", "filter -A INPUT -m addrtype --dst-type LOCAL --limit-iface-in"),
            Packet(src="fd00:1::5", dst="fd00:8::1", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "its own is LOCAL",
            "filter:INPUT:rule:2 filter:INPUT:policy", "delivered", "fd00:1::5 1000 > fd00:1::1, ttl 64",
            ("filter -A INPUT -m addrtype --dst-type UNREACHABLE --limit-iface-in", "filter -A INPUT -m addrtype --dst-type LOCAL --limit-iface-in"),
            Packet(src="fd00:1::5", dst="fd00:1::1", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "what the way in does not reach the way out does",
            "filter:FORWARD:rule:1 filter:FORWARD:rule:2 filter:FORWARD:policy", "sent", "fd00:1::5 1000 > 2001:db8:9::9, ttl 63",
            (
                "filter -A FORWARD -m addrtype --dst-type UNREACHABLE --limit-iface-in",
                "filter -A FORWARD -m addrtype ! --dst-type UNREACHABLE --limit-iface-out",
            ),
            Packet(src="fd00:1::5", dst="2001:db8:9::9", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
    ),
    "on-link": (
        row(
            "a default route without a gateway",
            "filter:FORWARD:rule:1 filter:FORWARD:rule:5 filter:FORWARD:policy", "sent", "fd00:1::5 1000 > 2001:db8:9::9, ttl 63",
            (
                "filter -A FORWARD -m addrtype --dst-type UNICAST",
                "filter -A FORWARD -m addrtype --dst-type LOCAL",
                "filter -A FORWARD -m addrtype --dst-type ANYCAST",
                "filter -A FORWARD -m addrtype --dst-type UNREACHABLE",
                "filter -A FORWARD -m addrtype --src-type UNICAST",
                "filter -A FORWARD -m addrtype --src-type LOCAL",
                "filter -A FORWARD -m addrtype --src-type ANYCAST",
                "filter -A FORWARD -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="fd00:1::5", dst="2001:db8:9::9", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
    ),
    "no router": (
        row(
            "it is ANYCAST to others too, and not delivered",
            "mangle:PREROUTING:rule:1 mangle:PREROUTING:rule:3 mangle:PREROUTING:rule:5 mangle:PREROUTING:policy", "lost", None,
            (
                "mangle -A PREROUTING -m addrtype --dst-type UNICAST",
                "mangle -A PREROUTING -m addrtype --dst-type LOCAL",
                "mangle -A PREROUTING -m addrtype --dst-type ANYCAST",
                "mangle -A PREROUTING -m addrtype --dst-type UNREACHABLE",
                "mangle -A PREROUTING -m addrtype --src-type UNICAST",
                "mangle -A PREROUTING -m addrtype --src-type LOCAL",
                "mangle -A PREROUTING -m addrtype --src-type ANYCAST",
                "mangle -A PREROUTING -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="fd00:1::5", dst="fd00:8::", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "sent from here it leaves",
            "filter:OUTPUT:rule:1 filter:OUTPUT:rule:3 filter:OUTPUT:rule:5 filter:OUTPUT:rule:6 filter:OUTPUT:policy",
            "sent", "fd00:1::1 1000 > fd00:8::, ttl 64",
            (
                "filter -A OUTPUT -m addrtype --dst-type UNICAST",
                "filter -A OUTPUT -m addrtype --dst-type LOCAL",
                "filter -A OUTPUT -m addrtype --dst-type ANYCAST",
                "filter -A OUTPUT -m addrtype --dst-type UNREACHABLE",
                "filter -A OUTPUT -m addrtype --src-type UNICAST",
                "filter -A OUTPUT -m addrtype --src-type LOCAL",
                "filter -A OUTPUT -m addrtype --src-type ANYCAST",
                "filter -A OUTPUT -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="fd00:1::1", dst="fd00:8::", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
        ),
    ),
    "untold": (
        row(
            "a host that does not say forwards",
            "filter:INPUT:rule:1 filter:INPUT:rule:3 filter:INPUT:rule:5 filter:INPUT:policy", "delivered", "fd00:1::5 1000 > fd00:8::, ttl 64",
            (
                "filter -A INPUT -m addrtype --dst-type UNICAST",
                "filter -A INPUT -m addrtype --dst-type LOCAL",
                "filter -A INPUT -m addrtype --dst-type ANYCAST",
                "filter -A INPUT -m addrtype --dst-type UNREACHABLE",
                "filter -A INPUT -m addrtype --src-type UNICAST",
                "filter -A INPUT -m addrtype --src-type LOCAL",
                "filter -A INPUT -m addrtype --src-type ANYCAST",
                "filter -A INPUT -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="fd00:1::5", dst="fd00:8::", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
    ),
    "network": (
        row(
            "the first address of a network that this host has no address in is forwarded",
            "filter:FORWARD:rule:1 filter:FORWARD:rule:3 filter:FORWARD:rule:5 filter:FORWARD:policy",
            "sent", "fd00:8::5 1000 > 2001:db8:51::, ttl 63",
            (
                "filter -A FORWARD -m addrtype --dst-type UNICAST",
                "filter -A FORWARD -m addrtype --dst-type LOCAL",
                "filter -A FORWARD -m addrtype --dst-type ANYCAST",
                "filter -A FORWARD -m addrtype --dst-type UNREACHABLE",
                "filter -A FORWARD -m addrtype --src-type UNICAST",
                "filter -A FORWARD -m addrtype --src-type LOCAL",
                "filter -A FORWARD -m addrtype --src-type ANYCAST",
                "filter -A FORWARD -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="fd00:8::5", dst="2001:db8:51::", proto="udp", sport=1000, dport=80, in_interface="wg0", ttl=64),
        ),
    ),
    "no way": (
        row(
            "a source without a way is UNREACHABLE",
            "filter:FORWARD:rule:1 filter:FORWARD:rule:5 filter:FORWARD:rule:8 filter:FORWARD:policy",
            "sent", "2001:db8:7::1 1000 > fd00:1::5, ttl 63",
            (
                "filter -A FORWARD -m addrtype --dst-type UNICAST",
                "filter -A FORWARD -m addrtype --dst-type LOCAL",
                "filter -A FORWARD -m addrtype --dst-type ANYCAST",
                "filter -A FORWARD -m addrtype --dst-type UNREACHABLE",
                "filter -A FORWARD -m addrtype --src-type UNICAST",
                "filter -A FORWARD -m addrtype --src-type LOCAL",
                "filter -A FORWARD -m addrtype --src-type ANYCAST",
                "filter -A FORWARD -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="2001:db8:7::1", dst="fd00:1::5", proto="udp", sport=1000, dport=80, in_interface="eth0", ttl=64),
        ),
        row(
            "so is one that no route is for",
            "filter:FORWARD:rule:1 filter:FORWARD:rule:5 filter:FORWARD:rule:8 filter:FORWARD:policy",
            "sent", "2001:db8:9::9 1000 > fd00:1::5, ttl 63",
            (
                "filter -A FORWARD -m addrtype --dst-type UNICAST",
                "filter -A FORWARD -m addrtype --dst-type LOCAL",
                "filter -A FORWARD -m addrtype --dst-type ANYCAST",
                "filter -A FORWARD -m addrtype --dst-type UNREACHABLE",
                "filter -A FORWARD -m addrtype --src-type UNICAST",
                "filter -A FORWARD -m addrtype --src-type LOCAL",
                "filter -A FORWARD -m addrtype --src-type ANYCAST",
                "filter -A FORWARD -m addrtype --src-type UNREACHABLE",
            ),
            Packet(src="2001:db8:9::9", dst="fd00:1::5", proto="udp", sport=1000, dport=80, in_interface="eth0", ttl=64),
        ),
    ),
    "link-local": (
        row(
            "REDIRECT of a link-local destination takes a link-local address",
            "nat:PREROUTING:rule:1", "delivered", "fe80::5 1000 > fe80::1, ttl 64",
            ("nat -A PREROUTING -p udp -j REDIRECT --to-ports 99",),
            Packet(src="fe80::5", dst="fe80::9", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "of ff02::1 too",
            "nat:PREROUTING:rule:1", "delivered", "fe80::5 1000 > fe80::1, ttl 64",
            ("nat -A PREROUTING -p udp -j REDIRECT --to-ports 99",),
            Packet(src="fe80::5", dst="ff02::1", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, pkttype="multicast"),
        ),
        row(
            "of a global one the first",
            "nat:PREROUTING:rule:1", "delivered", "fe80::5 1000 > fd00:1::1, ttl 64",
            ("nat -A PREROUTING -p udp -j REDIRECT --to-ports 99",),
            Packet(src="fe80::5", dst="2001:db8:9::9", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "DNAT of ff02::1 to an address of this host",
            "nat:PREROUTING:rule:1 filter:INPUT:rule:1 filter:INPUT:policy", "delivered", "fe80::5 1000 > fd00:8::1, ttl 64",
            ("nat -A PREROUTING -p udp -j DNAT --to-destination fd00:8::1", "filter -A INPUT -p udp"),
            Packet(src="fe80::5", dst="ff02::1", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64, pkttype="multicast"),
        ),
        row(
            "a link-local address is this host's on its link alone",
            "nat:PREROUTING:rule:1", "lost", None,
            ("nat -A PREROUTING -p udp -j DNAT --to-destination fe80::1", "filter -A INPUT -p udp"),
            Packet(src="fd00:8::5", dst="2001:db8:9::9", proto="udp", sport=1000, dport=80, in_interface="wg0", ttl=64),
        ),
        row(
            "who is sent back on the link that he came by passes",
            "filter:FORWARD:rule:1 filter:FORWARD:policy", "sent", "fe80::5 1000 > fe80::9, ttl 63",
            ("filter -A FORWARD -p udp",),
            Packet(src="fe80::5", dst="fe80::9", proto="udp", sport=1000, dport=80, in_interface="eth1", ttl=64),
        ),
        row(
            "DNAT in OUTPUT to a link-local address keeps the interface",
            "nat:OUTPUT:rule:1 mangle:POSTROUTING:rule:1 mangle:POSTROUTING:policy", "sent", "fd00:8::1 1000 > fe80::9, ttl 64",
            ("nat -A OUTPUT -p udp -j DNAT --to-destination fe80::9", "mangle -A POSTROUTING -o eth0"),
            Packet(src="fd00:8::1", dst="2001:db8:9::9", proto="udp", sport=1000, dport=80, from_host=True, ttl=64),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(
    ("host", "told", "rules", "packets"), [pytest.param(HOSTS[name], *one.values, id=str(one.id)) for name, rows in ROWS.items() for one in rows]
)
def test_a_packet_goes_as_on_that_host_in_the_kernel(
    host: Host, told: tuple[str, ...], rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str
) -> None:
    assert goes(rules, packets, backend, host) == told
