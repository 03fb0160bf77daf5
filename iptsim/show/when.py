"""When a case applies, in words that set it apart from the other cases."""

from __future__ import annotations

from iptsim.names import ANYCAST, BROADCAST, LOCAL, MULTICAST
from iptsim.predicate import one, ranges
from iptsim.questions.explanation import Case, Explanation
from iptsim.source import printable
from iptsim.spaces import words
from iptsim.trace import Fate

_SPREAD = (BROADCAST, ANYCAST, MULTICAST)
# Where a case lies wholly on one of these sides, that is said first, and only the packets of that side are told apart.
_SIDES = (
    ("to this host", one(LOCAL)),
    ("by broadcast or multicast", ranges((kind, kind) for kind in _SPREAD)),
    ("to this host", ranges((kind, kind) for kind in (LOCAL, *_SPREAD))),
    ("to another host", ranges((kind, kind) for kind in range(12) if kind not in (LOCAL, *_SPREAD))),
)


def conditions(explanation: Explanation) -> list[str]:
    """For each case what sets it apart, as short as can be: "to this host", "to another host in 172.17.0.0/16".

    What the kernel loses whatever the rules say (martians) is left out of sight: the others are told apart among themselves.
    """
    d = explanation.question.world.diagrams
    sane = d.any_of([case.when.node for case in explanation.cases if case.fate is not Fate.LOST])
    return [printable(str(case.when) if case.fate is Fate.LOST else _condition(case, sane)) for case in explanation.cases]


def _condition(case: Case, sane: int) -> str:
    world, node = case.when.world, case.when.node
    d = world.diagrams
    for said, kinds in _SIDES:
        side = d.keep(sane, world.given("dst_type", kinds))
        if side not in (0, sane) and d.minus(node, side) == 0:
            return _joined(said, words.text(world, node, side))
    return words.text(world, node, sane)


def _joined(said: str, more: str) -> str:
    """`to another host in 172.17.0.0/16`, `to another host, but not 172.17.0.0/16`."""
    if more == "any packet":
        return said
    if more.startswith(said):
        return more
    if more.startswith("any packet except "):
        return f"{said}, {more.removeprefix('any packet ')}"
    if "; " in more:
        return f"{said}: {more}"
    if more.startswith("to any address but "):
        return f"{said}, but not {more.removeprefix('to any address but ')}"
    if more.startswith("to ") and more[3:4].isdigit():
        return f"{said} in {more.removeprefix('to ')}"
    return f"{said}, {more}"
