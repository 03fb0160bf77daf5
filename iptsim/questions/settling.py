"""The walk of a packet whose way was seen: what the walk cannot know, the way itself tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from iptsim.kernel import differences
from iptsim.kernel.comparing import steps
from iptsim.packet import Packet
from iptsim.predicate import atom_name, atoms
from iptsim.ruleset import Ruleset
from iptsim.trace import Trace, Verdict
from iptsim.walk import walk

_WALKS = 64  # at most, for one packet


def settle(ruleset: Ruleset, packet: Packet, after: Sequence[Packet], seen: Trace) -> tuple[Packet, Trace]:
    """The packet with the assumptions under which its walk is the way that was seen, and that walk; if none is, the packet and walk as they are.

    Only what a rule cannot know is assumed: limits and lists, dice, the clock. An answer counts as long as the walk stays on the way.
    """
    plain = walk(ruleset, packet, after)
    agreed: tuple[Packet, Trace] | None = None
    left = [(packet, plain)]
    for _ in range(_WALKS):
        if not left:
            break
        tried, walked = left.pop()
        if not differences(walked, seen):
            agreed = agreed or (tried, walked)
            if walked.verdict is not Verdict.UNDECIDED:
                return tried, walked
        for name, value in _open(ruleset, walked, seen):
            assume = tried.assume or {}
            if name not in assume:
                further = _with(tried, {**assume, name: value})
                left.append((further, walk(ruleset, further, after)))
    return agreed or (packet, plain)


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
        unknowns = atoms(ruleset.rule(ids[place]).predicate) if place < len(ids) and ":rule:" in ids[place] else []
        if len(unknowns) > 1:  # some of them may be asked with `!`
            yield from ((atom_name(atom.key), answer) for atom in unknowns for answer in (not value, value))
        if unknowns:
            yield from ((ids[place], not value), (ids[place], value))
