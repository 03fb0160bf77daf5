"""NPTv6: one prefix for another, without conntrack, so that no checksum changes (RFC 6296; ip6t_NPT.c)."""

from __future__ import annotations

from iptsim.effect import MapPrefix
from iptsim.predicate import Masked, Test
from iptsim.trace import Verdict
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group

_INTERFACE = (1 << 64) - 1  # where none of its words can make up for a change
_WORDS = range(112, -1, -16)  # where each of the eight words of an address begins


def mapped(address: int, what: MapPrefix) -> int | None:
    """The new address; None for one that has none. The word that makes up for the change is the one behind 48 bits, else a later one."""
    length = max(what.old[1], what.new[1])
    low = (1 << 128 - length) - 1
    found = address & low | what.new[0] & ~low
    words = [found >> place & 0xFFFF for place in _WORDS]
    at = 3 if length <= 48 else next((n for n in range(4, 8) if words[n] != 0xFFFF), None)
    if at is None:
        return None
    # in ones' complement, as csum_fold() adds up
    word = _folded(words[at] + _folded(_sum(what.old[0])) + (_folded(_sum(what.new[0])) ^ 0xFFFF))
    words[at] = 0 if word == 0xFFFF else word
    return sum(value << place for value, place in zip(words, _WORDS, strict=True))


def _sum(address: int) -> int:
    return sum(address >> place & 0xFFFF for place in _WORDS)


def _folded(value: int) -> int:
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return value


def renumber(engine: Engine, group: Group, what: MapPrefix, decider: str) -> list[Group]:
    """The group with its new address, open where the old one is; who has none is dropped."""
    left: Group | None = group
    if max(what.old[1], what.new[1]) > 48:
        full, left = engine.split(group, Test(what.side, Masked(_INTERFACE, _INTERFACE)))
        if full is not None:
            engine.finish(full, Verdict.DROP, decider)
    if left is None:
        return []
    reading = left.read(what.side)
    new = mapped(reading, what) if isinstance(reading, int) else engine.open(f"{what.side} mapped by {decider}{left.phase}", what.side)
    assert new is not None
    return [left.rewrite(**{what.side: new, f"{what.side}_type": engine.setting.type_of(new, what.side)})]
