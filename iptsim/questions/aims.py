"""Packets that stand for all others: of every way that a packet can go, and of every rule that one can come to, a witness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iptsim.errors import OverBudget
from iptsim.names import ICMP_ERRORS, ICMP_OF
from iptsim.packet import Packet
from iptsim.predicate import tests
from iptsim.questions.outcomes import inquire
from iptsim.ruleset import Ruleset

# What a flow leaves ordinary if it does not say otherwise: asked for as well where rules look at it.
_ORDINARY = ("mark", "fragment", "ttl", "pkttype")
_MANY = 5000  # packets: rules in the view of each interface, beyond which one packet for a rule must do


@dataclass(slots=True)
class Aims:
    """The packets by what they are, in order; and for each rule that some packet can come to, and each end, those that were chosen for it.

    `whole`: no question was too wide, so that no packet comes to the other rules.
    """

    packets: dict[str, Packet] = field(default_factory=dict)
    at: dict[str, list[str]] = field(default_factory=dict)
    whole: bool = True

    def add(self, packet: Packet, place: str) -> None:
        """A packet, and what it was chosen for."""
        self.packets[repr(packet)] = packet
        self.at.setdefault(place, []).append(repr(packet))


def aims(ruleset: Ruleset, flow: Mapping[str, Any]) -> Iterator[Aims]:
    """The packets of a flow, one of each of its cases; where none is given, those of every interface of the host, and of the host itself.

    They are told as far as they are found, each time the same object.
    """
    found = Aims()
    if flow:
        for case in ruleset.explain(**flow).cases:
            found.add(case.witness, str(case.when))
        found.whole = False
        yield found
        return
    ports = {port for given in ruleset.host.bridges.values() for port in given}
    names = [name for name in ruleset.host.interface_names() if name != "lo" and name not in ports]
    asked = questions(ruleset, [*({"in_interface": name} for name in names), {"from_host": True}])
    each = len(asked) * sum(1 for _ in ruleset.rules()) <= _MANY
    for question in asked:
        _witnesses(found, ruleset, question, each)
        yield found


def questions(ruleset: Ruleset, places: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What comes from each of these places: ordinary packets first, then all that the rules can tell from them."""
    places = list(places)
    asked = {test.field for rule in ruleset.rules() for test in tests(rule.predicate)}
    opened = {name: "any" for name in _ORDINARY if name in asked}
    states = _states(ruleset.family) if any(name.startswith(("ct", "connmark")) for name in asked) else [{}]
    more = [{}, *({**opened, **state} for state in states if opened or state)]
    return [{**place, "tcp_flags": "any", **each} for each in more for place in places]


def _states(family: int) -> list[dict[str, Any]]:
    """The states, each with what packets in it can have: a mark only after the first, and RELATED are errors where no helper expects others."""
    proto = ICMP_OF[family]
    old = {"connmark": "any", "ctdir": "any"}
    return [
        {"ctstate": "NEW"},
        {"ctstate": "ESTABLISHED", **old},
        {"ctstate": "RELATED", "proto": proto, "icmp_type": list(ICMP_ERRORS[proto]), **old},
        {"ctstate": ["INVALID", "UNTRACKED"]},
    ]


def _witnesses(found: Aims, ruleset: Ruleset, question: dict[str, Any], each: bool) -> None:
    """Those of one question; without `each` a rule that has one already gets no other."""
    inquiry = inquire(ruleset, question)
    try:
        outcomes = inquiry.outcomes(together=False)
    except OverBudget:
        found.whole = False
        return
    inquiry.world.diagrams.budget = None
    ways = {f"{o.result.verdict} by {o.result.decided_by}{f', {o.result.group.out}' if each else ''}": o.sample for o in outcomes}
    places = {place: node for place, node in inquiry.reached.items() if ":rule:" in place}
    for place, node in (ways | places).items():
        if node and (each or place not in found.at):
            found.add(inquiry.space(node, node).example(), place)
