"""Rows about search: which packets can end so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import iptsim
from iptsim.errors import FlowError
from iptsim.host import Host
from iptsim.packet import Packet
from iptsim.predicate import NO, UNKNOWN, YES, Truth

STORY = Path(__file__).parent.parent.parent / "fixtures" / "scenarios" / "02-docker-ufw-bypass"
HOST = Host.read(addr=f"{STORY}.d/addr.json", route=f"{STORY}.d/route.txt", sysctl=f"{STORY}.d/sysctl.txt")
UFW = iptsim.load(f"{STORY}.txt", host=HOST)
ASKED: dict[str, Any] = {"in_interface": "eth0", "src": "203.0.113.50", "dst": "198.51.100.10", "proto": "tcp"}


@pytest.mark.parametrize(
    ("found", "port", "asked"),
    [
        (YES, 5432, {"verdict": "ACCEPT"}),
        (YES, 22, {"verdict": "ACCEPT"}),
        (NO, 23, {"verdict": "ACCEPT"}),
        (YES, 23, {"verdict": "DROP"}),
        (YES, 22, {"verdict": "ACCEPT", "hook": "INPUT"}),
        (NO, 5432, {"verdict": "ACCEPT", "hook": "INPUT"}),
        (YES, 5432, {"to_dst": "172.17.0.2"}),
        (YES, 5432, {"to_dst": "172.17.0.0/16", "to_dport": 5432, "out_interface": "docker0"}),
        (NO, 22, {"out_interface": "docker0"}),
        (YES, 5432, {"via": "filter:DOCKER"}),
        (NO, 22, {"via": "filter:DOCKER"}),
        (YES, 5432, {"decided_by": "filter:DOCKER:rule:1"}),
        (NO, 5432, {"decided_by": "filter:DOCKER:rule:1", "src": "172.17.0.2"}),
    ],
)
def test_a_packet_is_found_by_how_it_ends_and_where_it_passes(found: Truth, port: int, asked: dict[str, Any]) -> None:
    packet = Packet(**ASKED, sport=40000, dport=port, ttl=64)
    assert UFW.search(**(ASKED | asked)).contains(packet) is found


DICE = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p udp -j ACCEPT\n-A INPUT -m limit --limit 1/sec -j ACCEPT\nCOMMIT\n"


@pytest.mark.parametrize(
    ("found", "proto", "verdict", "certain"),
    [
        (YES, "udp", "ACCEPT", False), (YES, "udp", "ACCEPT", True), (NO, "udp", "DROP", False),
        (YES, "tcp", "ACCEPT", False), (NO, "tcp", "ACCEPT", True), (YES, "tcp", "DROP", False), (NO, "tcp", "DROP", True),
    ],
)  # fmt: skip
def test_what_is_certain_ends_so_however_the_dice_fall(found: Truth, proto: str, verdict: str, certain: bool) -> None:
    space = iptsim.parse(DICE).search(
        verdict=verdict, certain=certain, dst_type="LOCAL", in_interface="eth0", src="203.0.113.50", dst="198.51.100.10"
    )
    packet = Packet(src="203.0.113.50", dst="198.51.100.10", dst_type="LOCAL", in_interface="eth0", proto=proto, sport=1, dport=2, ttl=64)
    assert space.contains(packet) is found


def test_a_set_has_the_fields_that_were_given() -> None:
    space = UFW.search(verdict="ACCEPT", **ASKED, dport=22)
    assert space.example().dport == 22
    assert space.contains(Packet(**ASKED, dport=5432)) is NO
    assert space.contains(Packet(proto="tcp", dport=22)) is UNKNOWN


@pytest.mark.parametrize(("wrong", "asked"), [("verdict", {"verdict": "REFUSE"}), ("hook", {"hook": "NOWHERE"}), ("field", {"dprot": 22})])
def test_a_question_that_makes_no_sense_is_refused(wrong: str, asked: dict[str, Any]) -> None:
    with pytest.raises(FlowError, match=wrong):
        UFW.search(**asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"to_dst": "nonsense"}, "dst 'nonsense' is not an address"),
        ({"to_dst": "2001:db8::1"}, "is IPv6"),
        ({"to_dport": "nonsense"}, "dport"),
    ],
)
def test_a_value_that_no_packet_leaves_with_is_told(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(FlowError, match=said):
        iptsim.parse("*filter\n:FORWARD ACCEPT\nCOMMIT\n").search(in_interface="eth0", **asked)


def test_what_is_asked_of_the_end_is_written_as_in_a_flow_and_may_be_named_by_no_rule() -> None:
    rs = iptsim.parse("*filter\n:FORWARD ACCEPT\nCOMMIT\n")
    found = rs.search(in_interface="eth0", to_dport="https", to_dst="192.0.2.0/24", out_interface="eth9")
    assert (found.example().dport, found.example().out_interface) == (443, "eth9")
