"""ICMP errors about an earlier packet (RELATED, `after` that packet): rows that the Linux kernel (6.18) answered, legacy and nft alike."""

from __future__ import annotations

from typing import Any

import pytest

import iptsim
from iptsim import Packet
from tests.walk.asked import HOSTS, dump

Told = tuple[str, str, str | None]  # the steps in tables, how it ends, and as what it leaves

# FORWARD and INPUT: rule 1 an error on its way back, 2 an error on its way there, 3 any other that is RELATED, 4 INVALID; OUTPUT has two of them
STATES = (
    *(f"filter -A {chain} -m conntrack --ctstate RELATED{' --ctdir ' + way if way else ''} -j ACCEPT"
      for chain in ("FORWARD", "INPUT") for way in ("REPLY", "ORIGINAL", "")),
    "filter -A OUTPUT -m conntrack --ctstate RELATED --ctdir REPLY -j ACCEPT", "filter -A OUTPUT -m conntrack --ctstate RELATED -j ACCEPT",
)  # fmt: skip
MASQUERADE = "nat -A POSTROUTING -o eth0 -j MASQUERADE"
DNAT = "nat -A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.9:80"


def row(about: str, told: Told, rules: tuple[str, ...], *packets: Packet) -> Any:
    """What became of the last of the packets, which came one after the other."""
    return pytest.param(told, rules, packets, id=about)


def packet(way: str, proto: str = "udp", **fields: Any) -> Packet:
    """`10.0.0.5 > 8.8.8.8 in eth1`, of a port to another; `here` for the interface of what this host sends."""
    source, _, destination, _, entry = way.split()
    place: dict[str, Any] = {"from_host": True} if entry == "here" else {"in_interface": entry}
    ports = {"sport": 40000, "dport": 80} if proto in ("udp", "tcp") else {}
    return Packet(src=source, dst=destination, proto=proto, ttl=64, **place, **ports | fields)


def error(way: str, kind: int = 3, proto: str = "icmp") -> Packet:
    return packet(way, proto, icmp_type=kind, icmp_code=1 if kind == 5 else 0, ctstate="RELATED")


def error6(way: str, kind: int) -> Packet:
    return error(way, kind, "ipv6-icmp")


BACK = packet("8.8.8.8 > 10.0.0.5 in eth0", sport=80, dport=40000)
ROWS = (
    row("the receiver tells the sender", ("filter:FORWARD:rule:1", "sent", "8.8.8.8 > 10.0.0.5, ttl 63"),
        STATES, packet("10.0.0.5 > 8.8.8.8 in eth1"), error("8.8.8.8 > 10.0.0.5 in eth0")),
    row("a router in between tells the sender", ("filter:FORWARD:rule:1", "sent", "203.0.113.1 > 10.0.0.5, ttl 63"),
        STATES, packet("10.0.0.5 > 8.8.8.8 in eth1"), error("203.0.113.1 > 10.0.0.5 in eth0", 11)),
    row("who gets an answer tells who sent it: the error goes on as the request did", ("filter:FORWARD:rule:2", "sent", "10.0.0.5 > 8.8.8.8, ttl 63"),
        STATES, packet("10.0.0.5 > 8.8.8.8 in eth1"), BACK, error("10.0.0.5 > 8.8.8.8 in eth1")),
    row("of a masqueraded connection it gets to the sender inside", ("filter:FORWARD:rule:1", "sent", "203.0.113.1 > 10.0.0.5, ttl 63"),
        (*STATES, MASQUERADE), packet("10.0.0.5 > 8.8.8.8 in eth1"), error("203.0.113.1 > 203.0.113.10 in eth0", 11)),
    row("an error about a masqueraded answer leaves masqueraded", ("filter:FORWARD:rule:2", "sent", "203.0.113.10 > 8.8.8.8, ttl 63"),
        (*STATES, MASQUERADE), packet("10.0.0.5 > 8.8.8.8 in eth1"), packet("8.8.8.8 > 203.0.113.10 in eth0", sport=80, dport=40000),
        error("10.0.0.5 > 8.8.8.8 in eth1")),
    row("behind DNAT the error comes from the address that was asked for", ("filter:FORWARD:rule:1", "sent", "203.0.113.10 > 8.8.8.8, ttl 63"),
        (*STATES, DNAT), packet("8.8.8.8 > 203.0.113.10 in eth0", "tcp", dport=8080), error("10.0.0.9 > 8.8.8.8 in eth1")),
    row("behind DNAT even a router's error does", ("filter:FORWARD:rule:1", "sent", "203.0.113.10 > 8.8.8.8, ttl 63"),
        (*STATES, DNAT), packet("8.8.8.8 > 203.0.113.10 in eth0", "tcp", dport=8080), error("10.0.0.2 > 8.8.8.8 in eth1", 12)),
    row("about a packet of this host it is delivered", ("filter:INPUT:rule:1", "delivered", "8.8.8.8 > 203.0.113.10, ttl 64"),
        STATES, packet("203.0.113.10 > 8.8.8.8 in here"), error("8.8.8.8 > 203.0.113.10 in eth0")),
    row("this host tells the sender", ("filter:OUTPUT:rule:1", "sent", "203.0.113.10 > 10.0.0.5, ttl 64"),
        STATES, packet("10.0.0.5 > 8.8.8.8 in eth1"), error("203.0.113.10 > 10.0.0.5 in here", 11)),
    row("it has the mark of its connection", ("mangle:PREROUTING:rule:2 filter:FORWARD:rule:1", "sent", "8.8.8.8 > 10.0.0.5, ttl 63"),
        (*STATES, "mangle -A PREROUTING -m conntrack --ctstate NEW -j CONNMARK --set-xmark 0x7/0xffffffff",
         "mangle -A PREROUTING -m connmark --mark 0x7 -j ACCEPT"), packet("10.0.0.5 > 8.8.8.8 in eth1"), error("8.8.8.8 > 10.0.0.5 in eth0")),
    row("it is of its connection's protocol", ("filter:FORWARD:rule:1", "sent", "8.8.8.8 > 10.0.0.5, ttl 63"),
        ("filter -A FORWARD -m conntrack --ctstate RELATED --ctproto 17 --ctorigdst 8.8.8.8 -j ACCEPT",),
        packet("10.0.0.5 > 8.8.8.8 in eth1"), error("8.8.8.8 > 10.0.0.5 in eth0")),
    row("no packet of the connection becomes ESTABLISHED by it", ("filter:FORWARD:rule:1", "sent", "10.0.0.5 > 8.8.8.8, ttl 63"),
        ("filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT", "filter -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT"),
        packet("10.0.0.5 > 8.8.8.8 in eth1", sport=40000), error("8.8.8.8 > 10.0.0.5 in eth0"), packet("10.0.0.5 > 8.8.8.8 in eth1", sport=40000)),
    row("of two connections the one of the later packet counts",
        ("mangle:PREROUTING:rule:2 filter:FORWARD:rule:1", "sent", "8.8.8.8 > 10.0.0.5, ttl 63"),
        (*STATES, "mangle -A PREROUTING -p udp -m udp --sport 1 -j CONNMARK --set-xmark 0x7/0xffffffff",
         "mangle -A PREROUTING -m connmark --mark 0x7 -j ACCEPT"),
        packet("10.0.0.5 > 8.8.8.8 in eth1", sport=2), packet("10.0.0.5 > 8.8.8.8 in eth1", sport=1), error("8.8.8.8 > 10.0.0.5 in eth0")),
    row("a redirect about a translated connection is dropped", ("", "lost", None),
        (*STATES, MASQUERADE),
        packet("10.0.0.5 > 8.8.8.8 in eth1"), error("203.0.113.1 > 203.0.113.10 in eth0", 5)),
    row("a redirect about another is not", ("filter:FORWARD:rule:1", "sent", "203.0.113.1 > 10.0.0.5, ttl 63"),
        STATES, packet("10.0.0.5 > 8.8.8.8 in eth1"), error("203.0.113.1 > 10.0.0.5 in eth0", 5)),
    row("one that goes to nobody who sent anything is about something else", ("filter:FORWARD:rule:1", "sent", "8.8.8.8 > 10.0.0.7, ttl 63"),
        ("filter -A FORWARD -m conntrack --ctstate RELATED -j ACCEPT", MASQUERADE),
        packet("10.0.0.5 > 8.8.8.8 in eth1"), error("8.8.8.8 > 10.0.0.7 in eth0")),
    row("IPv6: a router in between tells the sender", ("filter:FORWARD:rule:1", "sent", "2001:db8::1 > fd00:1::5, ttl 63"),
        STATES, packet("fd00:1::5 > 2001:db8:8::8 in eth1"), error6("2001:db8::1 > fd00:1::5 in eth0", 2)),
    row("IPv6: behind DNAT the error comes from the address that was asked for",
        ("filter:FORWARD:rule:1", "sent", "2001:db8::10 > 2001:db8:8::8, ttl 63"),
        (*STATES, "nat -A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00:1::9]:80"),
        packet("2001:db8:8::8 > 2001:db8::10 in eth0", "tcp", dport=8080), error6("fd00:1::2 > 2001:db8:8::8 in eth1", 3)),
)  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(("told", "rules", "packets"), ROWS)
def test_an_error_goes_as_in_the_kernel(told: Told, rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str) -> None:
    *before, last = packets
    family = last.dst.version if last.dst else 4
    trace = iptsim.parse(dump(rules), family=family, backend=backend, host=HOSTS[family]).walk(last, after=before)
    left = trace.out and f"{trace.out.src} > {trace.out.dst}, ttl {trace.out.ttl}"
    assert (" ".join(step.id for step in trace.steps if not step.id.startswith("kernel:")), trace.fate, left) == told
