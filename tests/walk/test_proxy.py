"""A transparent proxy: TPROXY and what a route of type local brings to this host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import iptsim
from iptsim.host import Host
from iptsim.packet import Packet

HOST = Host(
    interfaces={"eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24"]},
    routes=["203.0.113.0/24 dev eth0", "10.0.0.0/24 dev eth1", "default via 203.0.113.1 dev eth0", "local default dev lo table 100"],
    rules=["0: from all lookup local", "100: from all fwmark 0x1 lookup 100", "32766: from all lookup main", "32767: from all lookup default"],
)
RULES = iptsim.parse(
    """*mangle
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 3129 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
-A OUTPUT -p udp -j MARK --set-xmark 0x1/0xffffffff
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
COMMIT
""",
    host=HOST,
)
SOCKET = "transparent-socket:127.0.0.1:3129"
WEB: dict[str, Any] = {"in_interface": "eth1", "src": "10.0.0.5", "dst": "198.51.100.7", "proto": "tcp", "sport": 40000, "dport": 80}


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ({"assume": {SOCKET: True}}, ("ACCEPT", "delivered", "filter:INPUT:policy")),
        ({"assume": {SOCKET: False}}, ("DROP", "dropped", "mangle:PREROUTING:rule:1")),
        ({"dport": 81}, ("DROP", "dropped", "filter:FORWARD:policy")),
        ({"dport": 81, "mark": 1}, ("ACCEPT", "delivered", "filter:INPUT:policy")),
    ],
)
def test_a_packet_comes_to_the_proxy(more: dict[str, object], end: tuple[str, str, str]) -> None:
    trace = RULES.walk(Packet(**{**WEB, **more}))
    assert (str(trace.verdict), str(trace.fate), trace.decided_by) == end


def test_without_knowing_of_the_socket_both_ways_are_cases() -> None:
    explanation = RULES.explain(**WEB)
    assert {(str(case.verdict), case.decided_by) for case in explanation.cases} == {
        ("ACCEPT", "filter:INPUT:policy"),
        ("DROP", "mangle:PREROUTING:rule:1"),
    }
    assert list(explanation.cases[0].unknown) == [SOCKET]
    assert str(RULES.walk(Packet(**WEB)).verdict) == "UNDECIDED"


def test_what_this_host_sends_by_a_local_route_comes_back_by_lo() -> None:
    trace = RULES.walk(Packet(from_host=True, src="203.0.113.10", dst="198.51.100.7", proto="udp", sport=40000, dport=53))
    assert (str(trace.fate), trace.decided_by) == ("delivered", "filter:INPUT:policy")
    assert trace.out is not None
    assert (trace.out.in_interface, str(trace.out.dst)) == ("lo", "198.51.100.7")


def test_without_a_route_to_it_the_proxy_gets_nothing() -> None:
    host = Host(
        interfaces={"eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24"]}, routes=["10.0.0.0/24 dev eth1", "default via 203.0.113.1 dev eth0"]
    )
    trace = replace(RULES, host=host, _memo={}).walk(Packet(**WEB, assume={SOCKET: True}))
    assert (str(trace.fate), trace.decided_by) == ("lost", "kernel:diverted")


def test_the_proxy_answers_from_an_address_that_is_not_local() -> None:
    dump = RULES.source.text + "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -m addrtype --src-type LOCAL -j ACCEPT\nCOMMIT\n"
    cases = iptsim.parse(dump, host=HOST).explain(**{**WEB, "dport": 81}, mark=1).cases
    assert [case.reply and case.reply.decided_by for case in cases] == ["filter:OUTPUT:policy"]


FARTHER = Host(
    interfaces={"eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24"]},
    routes=[
        "10.0.0.0/24 dev eth1",
        "default via 203.0.113.1 dev eth0",
        "local 198.18.0.0/15 dev lo table 100",
        "local 198.51.0.0/16 dev lo src 203.0.113.10 table 100",
    ],
    rules=["0: from all lookup local", "100: from all lookup 100", "32766: from all lookup main", "32767: from all lookup default"],
)
PLAIN = iptsim.parse("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n", family=4, host=FARTHER)


def test_a_source_that_a_local_route_brings_here_is_a_martian() -> None:
    trace = PLAIN.walk(Packet(in_interface="eth0", src="198.18.0.5", dst="10.0.0.9", proto="udp", sport=1, dport=2))
    assert (str(trace.fate), trace.decided_by) == ("lost", "kernel:martian")


@pytest.mark.parametrize(("dst", "src"), [("198.51.0.1", "203.0.113.10"), ("127.0.0.2", "127.0.0.1"), ("10.0.0.1", "10.0.0.1")])
def test_the_source_of_what_goes_over_lo(dst: str, src: str) -> None:
    trace = PLAIN.walk(Packet(from_host=True, dst=dst, proto="udp", sport=1, dport=2))
    assert trace.out is not None
    assert str(trace.out.src) == src
