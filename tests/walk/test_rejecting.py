"""Whom REJECT answers: rows that the Linux kernel (6.18) answered, legacy and nft alike."""

from __future__ import annotations

from typing import Any

import pytest

import iptsim
from iptsim import Packet
from tests.walk.asked import HOSTS

WORDS = {4: "icmp-admin-prohibited", 6: "icmp6-adm-prohibited"}
CHAINS = ("INPUT", "FORWARD", "OUTPUT")


def rules(word: str) -> str:
    """All that comes is rejected with that word."""
    only = " -p tcp" if word == "tcp-reset" else ""
    lines = [f":{chain} ACCEPT [0:0]" for chain in CHAINS] + [f"-A {chain}{only} -j REJECT --reject-with {word}" for chain in CHAINS]
    return "\n".join(["*filter", *lines, "COMMIT\n"])


def row(about: str, answered: bool, word: str, way: str, **fields: Any) -> Any:
    """`way`: `10.0.0.5 > 8.8.8.8 in eth1`; `here` for the interface of what this host sends."""
    source, _, destination, _, entry = way.split()
    place: dict[str, Any] = {"from_host": True} if entry == "here" else {"in_interface": entry}
    ports = {"sport": 40000, "dport": 80} if fields.get("proto", "tcp") in ("tcp", "udp", "sctp", "udplite", "dccp") else {}
    packet = Packet(**{"src": source, "dst": destination, "proto": "tcp", "ttl": 64} | place | ports | fields)
    family = packet.dst.version if packet.dst else 4
    word = WORDS[family] if word == "icmp" else word
    return pytest.param(word if answered else None, word, packet, id=about)


ROWS = (
    row("tcp-reset to a SYN", True, "tcp-reset", "10.0.0.5 > 8.8.8.8 in eth1"),
    row("tcp-reset to flags that no packet has", True, "tcp-reset", "10.0.0.5 > 8.8.8.8 in eth1", tcp_flags="FIN,PSH,URG"),
    row("no tcp-reset to a RST", False, "tcp-reset", "10.0.0.5 > 8.8.8.8 in eth1", tcp_flags="RST,ACK"),
    row("an ICMP error even to a RST", True, "icmp", "10.0.0.5 > 8.8.8.8 in eth1", tcp_flags="RST"),
    row("tcp-reset to what a bridge passes on", True, "tcp-reset", "172.17.0.2 > 172.17.0.3 in docker0", physdev_in="vetha", physdev_out="vethb"),
    row("an error to what this host sends", True, "icmp", "203.0.113.10 > 8.8.8.8 in here", proto="udp"),
    row("no error to a broadcast", False, "icmp", "10.0.0.5 > 10.0.0.255 in eth1", proto="udp"),
    row("no tcp-reset to a broadcast", False, "tcp-reset", "10.0.0.5 > 255.255.255.255 in eth1"),
    row("no error to a multicast", False, "icmp", "10.0.0.5 > 224.0.0.9 in eth1", proto="udp"),
    row("no error to who has no address yet", False, "icmp", "0.0.0.0 > 255.255.255.255 in eth1", proto="udp"),
    row("no error to a later fragment", False, "icmp", "10.0.0.5 > 8.8.8.8 in eth1", proto="udp", sport=None, dport=None, fragment=True),
    row("no tcp-reset to a later fragment", False, "tcp-reset", "10.0.0.5 > 8.8.8.8 in eth1", sport=None, dport=None, fragment=True),
    *(row(f"{'an' if answered else 'no'} error to ICMP {kind}", answered, "icmp", "10.0.0.5 > 8.8.8.8 in eth1", proto="icmp", icmp_type=kind)
      for kind, answered in ((0, True), (1, False), (3, False), (5, False), (8, True), (9, False), (11, False), (13, True), (18, True), (19, False))),
    *(row(f"an error to {proto}", True, "icmp", "10.0.0.5 > 8.8.8.8 in eth1", proto=proto)
      for proto in ("udp", "sctp", "udplite", "gre", "esp", "ah", "igmp", "99")),
    row("no error to DCCP, which sums up its addresses too", False, "icmp", "10.0.0.5 > 8.8.8.8 in eth1", proto="dccp"),
    row("IPv6: tcp-reset to a SYN", True, "tcp-reset", "fd00:1::5 > 2001:db8:8::8 in eth1"),
    row("IPv6: no tcp-reset to a RST", False, "tcp-reset", "fd00:1::5 > 2001:db8:8::8 in eth1", tcp_flags="RST"),
    row("IPv6: no tcp-reset to a multicast", False, "tcp-reset", "fd00:1::5 > ff02::1 in eth1"),
    row("IPv6: no error to a multicast", False, "icmp", "fd00:1::5 > ff02::1 in eth1", proto="udp"),
    *(row(f"IPv6: {'an' if answered else 'no'} error to ICMPv6 {kind}", answered, "icmp", "fd00:1::5 > 2001:db8:8::8 in eth1", proto="ipv6-icmp",
          icmp_type=kind, icmp_code=0) for kind, answered in ((1, False), (4, False), (100, False), (128, True), (137, True))),
    *(row(f"IPv6: an error to {proto}", True, "icmp", "fd00:1::5 > 2001:db8:8::8 in eth1", proto=proto) for proto in ("udp", "dccp", "esp", "99")),
)  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(("answered", "word", "packet"), ROWS)
def test_reject_answers_whom_the_kernel_answers(answered: str | None, word: str, packet: Packet, backend: str) -> None:
    family = packet.dst.version if packet.dst else 4
    trace = iptsim.parse(rules(word), family=family, backend=backend, host=HOSTS[family]).walk(packet)
    assert (trace.fate, trace.answer) == ("rejected", answered)


def test_reject_answers_nobody_to_whom_no_route_leads() -> None:
    routes = ["default via 203.0.113.1 dev eth0", "10.0.0.0/24 dev eth1", "203.0.113.0/24 dev eth0", "blackhole 192.0.2.0/24"]
    host = iptsim.Host(interfaces={"eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24"]}, routes=routes, sysctls={"net.ipv4.ip_forward": 1})
    packet = Packet(src="192.0.2.7", dst="8.8.8.8", proto="udp", sport=1, dport=2, in_interface="eth1", ttl=64)
    assert iptsim.parse(rules("icmp-admin-prohibited"), family=4, host=host).walk(packet).answer is None


def test_of_many_packets_an_ordinary_one_is_answered() -> None:
    explanation = iptsim.parse(rules("icmp-admin-prohibited"), family=4, host=HOSTS[4]).explain(src="10.0.0.5", dst="8.8.8.8", in_interface="eth1")
    assert [(case.verdict, case.trace.answer) for case in explanation.cases] == [("REJECT", "icmp-admin-prohibited")]
