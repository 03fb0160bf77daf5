"""The packets that are put to the kernel: for every rule that one can come to there is one, and it comes there."""

from __future__ import annotations

import pytest

import iptsim
from iptsim.packet import Packet
from iptsim.questions import aims as questions
from iptsim.questions.aims import Aims, aims
from iptsim.ruleset import Ruleset

HOST = iptsim.Host(
    interfaces={"eth0": ["198.51.100.10/24"], "eth1": ["10.0.0.1/24"]}, routes=["default via 198.51.100.1 dev eth0", "10.0.0.0/24 dev eth1"]
)
RULES = iptsim.parse(
    """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -s 10.0.0.0/24 -p tcp -m tcp --dport 22 -j DROP
-A INPUT -m mark --mark 7 -j ACCEPT
-A INPUT -m ttl --ttl-eq 1 -j ACCEPT
-A FORWARD -i eth1 -o eth0 -j ACCEPT
-A OUTPUT -p udp -m udp --dport 53 -j ACCEPT
COMMIT
""",
    host=HOST,
)


def chosen(ruleset: Ruleset = RULES) -> Aims:
    *_, found = aims(ruleset, {})
    return found


def test_there_is_a_packet_for_each_rule_that_one_can_come_to() -> None:
    rules = [rule.id for rule in RULES.rules() if rule.id != "filter:INPUT:rule:4"]  # all that it asks for was accepted before
    assert sorted(place for place in chosen().at if ":rule:" in place and " by " not in place) == sorted(rules)


@pytest.mark.parametrize("rule", [rule for rule in RULES.rules() if rule.id != "filter:INPUT:rule:4"], ids=str)
def test_the_packet_for_a_rule_comes_there(rule: iptsim.Rule) -> None:
    found = chosen()
    for name in found.at[rule.id]:
        assert rule.id in [step.id for step in RULES.walk(found.packets[name])]


def test_of_many_rules_each_gets_one_packet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "_MANY", 0)
    assert {len(names) for names in chosen().at.values()} == {1}


def test_of_a_flow_each_case_gets_a_packet() -> None:
    *_, found = aims(RULES, {"in_interface": "eth0", "dst": "198.51.100.10", "proto": "tcp", "dport": [22, 23]})
    assert {packet.dport for packet in found.packets.values()} == {22, 23}
    assert all(isinstance(packet, Packet) for packet in found.packets.values())
    assert not found.whole
