"""Which rules packets can reach, and which packets those are: what a packet is aimed at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iptsim.errors import FlowError, OverBudget
from iptsim.questions.aims import questions
from iptsim.questions.outcomes import inquire
from iptsim.ruleset import Ruleset
from iptsim.spaces.space import Space
from iptsim.strategies.constants import INTERFACES


def reach(ruleset: Ruleset) -> dict[str, Space]:
    """For each rule that some packet of some interface, or of this host, can come to: the packets that it matches."""
    found: dict[str, Space] | None = ruleset._memo.get("reach")
    if found is None:
        found = ruleset._memo["reach"] = {}
        rules = {rule.id for rule in ruleset.rules()}
        for question in questions(ruleset, _places(ruleset)):
            if rules - found.keys():
                _reached(ruleset, question, found)
    return found


def _reached(ruleset: Ruleset, question: dict[str, Any], found: dict[str, Space]) -> None:
    try:
        inquiry = inquire(ruleset, question)
        inquiry.outcomes(together=False)
    except (FlowError, OverBudget):
        return
    inquiry.world.diagrams.budget = None
    for place, node in inquiry.reached.items():
        if node and ":rule:" in place and place not in found:
            found[place] = inquiry.space(node, node)


def _places(ruleset: Ruleset) -> Iterator[dict[str, Any]]:
    """Where packets come from: each interface, and this host."""
    host = ruleset.host
    ports = {port for given in host.bridges.values() for port in given} if host else set()
    names = [name for name in host.interface_names() if name not in ports | {"lo"}] if host and host.interfaces else list(INTERFACES)
    yield from ({"in_interface": name} for name in names)
    own = [
        str(address.ip) for given in ((host.interfaces if host else None) or {}).values() for address in given if address.version == ruleset.family
    ]
    yield {"from_host": True} | ({"src": own} if own else {})
