"""The walk of a packet whose way was seen: what the walk cannot know, the way itself tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from iptsim.kernel import differences
from iptsim.kernel.comparing import steps
from iptsim.packet import Packet
from iptsim.predicate import atoms
from iptsim.ruleset import Ruleset
from iptsim.trace import Trace, Verdict
from iptsim.walk import Way, walk_on
from iptsim.walk.conntrack import Connection

_WALKS = 64  # at most, for one packet


def settle(ruleset: Ruleset, packet: Packet, connections: tuple[Connection, ...], seen: Trace) -> tuple[Packet, Way]:
    """The packet with the assumptions under which its walk is the way that was seen, and that walk; if none is, the packet and walk as they are.

    Only what a rule cannot know is assumed: limits and lists, dice, the clock. An answer counts as long as the walk stays on the way.
    """
    plain = walk_on(ruleset, packet, connections)
    if _agrees(plain.trace, seen):
        return _chosen(ruleset, (packet, plain), connections, seen)
    told, way = _told(ruleset, packet, connections, seen)
    found = (told, way) if _agrees(way.trace, seen) else _searched(ruleset, (packet, plain), connections, seen)
    return _chosen(ruleset, found, connections, seen)


def _chosen(ruleset: Ruleset, found: tuple[Packet, Way], connections: tuple[Connection, ...], seen: Trace) -> tuple[Packet, Way]:
    """With the addresses and ports that the kernel chose at random: what follows the packet depends on them."""
    packet, way = found
    if not way.chosen or seen.out is None or not _agrees(way.trace, seen):
        return found
    values = {name: getattr(seen.out, end) for end, name in way.chosen.items()}
    further = _with(packet, {**(packet.assume or {}), **{name: str(value) for name, value in values.items() if value is not None}})
    told = walk_on(ruleset, further, connections)
    return (further, told) if _agrees(told.trace, seen) else found


def _agrees(walked: Trace, seen: Trace) -> bool:
    return walked.verdict is not Verdict.UNDECIDED and not differences(walked, seen)


def _told(ruleset: Ruleset, packet: Packet, connections: tuple[Connection, ...], seen: Trace) -> tuple[Packet, Way]:
    """With every rule that asks what cannot be known answered at once: it matched if it is on the way, else not."""
    asking: list[str] | None = ruleset._memo.get("asking the unknown")
    if asking is None:
        asking = ruleset._memo["asking the unknown"] = [rule.id for rule in ruleset.rules() if next(iter(atoms(rule.predicate)), None)]
    met, before = {*steps(seen)}, packet.assume or {}
    answers = {name: name in met for name in asking}
    way = walk_on(ruleset, _with(packet, {**answers, **before}), connections)
    told = _with(packet, {**before, **{name: answers[name] for name in asking if name in way.used}})
    return told, way._replace(trace=replace(way.trace, packet=told))


def _searched(ruleset: Ruleset, start: tuple[Packet, Way], connections: tuple[Connection, ...], seen: Trace) -> tuple[Packet, Way]:
    """With one answer after the other, as far as they lead; as it was where none leads along the way."""
    agreed: tuple[Packet, Way] | None = None
    left = [start]
    for _ in range(_WALKS):
        if not left:
            break
        tried, way = left.pop()
        if not differences(way.trace, seen):
            agreed = agreed or (tried, way)
            if way.trace.verdict is not Verdict.UNDECIDED:
                return tried, way
        for name, value in _open(ruleset, way.trace, seen):
            assume = tried.assume or {}
            if name not in assume:
                further = _with(tried, {**assume, name: value})
                left.append((further, walk_on(ruleset, further, connections)))
    return agreed or start


def _with(packet: Packet, assume: dict[str, Any]) -> Packet:
    return Packet(**packet.known() | {"assume": assume})


def _open(ruleset: Ruleset, walked: Trace, seen: Trace) -> Iterator[tuple[str, bool]]:
    """What may be answered, and how, where a walk stops or leaves the way; the likelier answer last."""
    if walked.verdict is Verdict.UNDECIDED:
        for said in walked.unknown:
            name = said.partition(": ")[0]
            yield from ((name, False), (name, True))
    ours, theirs = steps(walked), steps(seen)
    place = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    for ids, value in ((theirs, True), (ours, False)):
        if place < len(ids) and ":rule:" in ids[place] and atoms(ruleset.rule(ids[place]).predicate):
            yield from ((ids[place], not value), (ids[place], value))
