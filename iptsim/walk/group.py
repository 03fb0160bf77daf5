"""A group: packets that go the same way so far.

The walk moves groups. One packet is a group of one; a flow given in part is a group that splits where its packets part. `where` is
the set of packets (as they arrived) that are in it, `now` says how each field is read from the packet as it arrived (iptsim.reading).
Groups that have become the same again are joined, so that a chain of a hundred LOG rules does not make 2**100 of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from iptsim.reading import Bit, Bits, Open, Reading, Same, Shift, TypeOf
from iptsim.trace import Step

# Steps so far, newest first: (earlier, step). Appending is sharing, so that groups that split cost nothing.
Steps = tuple[Any, Step] | None


@dataclass(frozen=True, slots=True)
class Nat:
    """A connection's two ends, before and after translation: readings of src, sport, dst, dport of the packet that opened it.

    `by_host`: a process of this host opened it.
    """

    before: tuple[tuple[str, Reading], ...]
    after: tuple[tuple[str, Reading], ...]
    by_host: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Packets that go the same way so far.

    `out` is the reading of the interface that routing chose, put into `now` where a hook can see it; `via` and `prefsrc` its next hop and
    preferred source where known; `source` the source that the kernel chose for a packet of this host.
    `opens` says whether the packet opens a connection (only then the nat tables are asked); `nat` is the connection's mapping.
    `bridged`: it goes from port to port of one bridge. `unrouted`: no route says by which
    interface it leaves. `phase` tells the request, its second pass over loopback and its answer apart.
    """

    where: int
    now: Mapping[str, Reading]
    steps: Steps = None
    hook: str = ""
    decided: str | None = None
    out: Reading | None = None
    via: int | None = None
    prefsrc: int | None = None
    source: Reading | None = None
    opens: bool = False
    nat: Nat | None = None
    bridged: bool = False
    phase: str = ""
    unrouted: bool = False

    def read(self, name: str) -> Reading:
        """How a field is read now: itself where nothing changed it."""
        return self.now.get(name, Same(name))

    def rewrite(self, **readings: Reading | None) -> Group:
        """With new readings; None makes a field the original one again."""
        now = dict(self.now)
        for name, reading in readings.items():
            if reading is None or reading == Same(name):
                now.pop(name, None)
            else:
                now[name] = reading
        return replace(self, now=now)

    def stepped(self, step: Step) -> Group:
        return replace(self, steps=(self.steps, step))

    @property
    def key(self) -> tuple[Any, ...]:
        """Everything but where they are and how they came here: equal keys go the same way from here on."""
        way = (self.hook, self.decided, self.out, self.via, self.source, self.bridged, self.phase, self.unrouted)
        return (frozenset(self.now.items()), way, self.opens, self.nat)


def trail(steps: Steps) -> tuple[Step, ...]:
    """The steps, oldest first."""
    out = []
    while steps is not None:
        steps, step = steps
        out.append(step)
    return tuple(reversed(out))


def joined(groups: Iterable[Group], join: Callable[[int, int], int]) -> list[Group]:
    """Groups that would go the same way from here on become one."""
    found: dict[tuple[Any, ...], Group] = {}
    for group in groups:
        same = found.get(group.key)
        found[group.key] = group if same is None else replace(same, where=join(same.where, group.where))
    return list(found.values())


# ---------------------------------------------------------------- arithmetic on readings
def plus(reading: Reading, by: int) -> Reading:
    """A number field, changed by a constant. An open value stays open under another name."""
    match reading:
        case int():
            return reading + by
        case Same(name):
            return Shift(name, by)
        case Shift(name, before):
            return Shift(name, before + by) if before + by else Same(name)
        case Open(name, like, _):
            return Open(f"{name} {by:+d}", like)
        case _:
            raise AssertionError(f"{reading} is not a number")


def bits_of(field_name: str, reading: Reading) -> tuple[int | Bit, ...]:
    """A mark's 32 bits, bit 0 first."""
    match reading:
        case int():
            return tuple(reading >> n & 1 for n in range(32))
        case Bits(literals):
            return literals
        case Same(name):
            return tuple(Bit(name, n) for n in range(32))
        case _:
            raise AssertionError(f"{reading} is not a mark of {field_name}")


def as_reading(field_name: str, literals: tuple[int | Bit, ...]) -> Reading:
    """Bits as the simplest reading: a number, the field itself, or Bits."""
    if all(isinstance(bit, int) for bit in literals):
        return sum(bit << n for n, bit in enumerate(literals) if isinstance(bit, int))
    if literals == tuple(Bit(field_name, n) for n in range(32)):
        return Same(field_name)
    return Bits(literals)


def assigned(field_name: str, reading: Reading, value: int, mask: int) -> Reading:
    """(field & ~mask) ^ value, bit by bit."""
    out: list[int | Bit] = []
    for n, bit in enumerate(bits_of(field_name, reading)):
        kept: int | Bit = 0 if mask >> n & 1 else bit
        flip = value >> n & 1
        out.append(kept ^ flip if isinstance(kept, int) else Bit(kept.field, kept.index, kept.flipped ^ bool(flip)))
    return as_reading(field_name, tuple(out))


def fields_read(reading: Reading) -> set[str]:
    """The original fields that a reading looks at."""
    match reading:
        case Same(name) | Shift(name, _):
            return {name}
        case TypeOf(address, _):
            return fields_read(address)
        case Bits(literals):
            return {bit.field for bit in literals if isinstance(bit, Bit)}
        case _:
            return set()
