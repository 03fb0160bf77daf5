"""Sets of packets: a World gives a question its coordinates, a Space is a set in it.

Every set is one of *original* packets, as they arrive: what a rule asks of the packet as it is now is read through `now` (see reading.py).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from iptsim.errors import IptsimError
from iptsim.packet import FIELDS, Packet, top_of
from iptsim.predicate import NO, UNKNOWN, YES, And, Masked, Name, Not, Or, Pred, Ranges, Slice, Test, Truth, Unknown, Values, atom_name, atoms, tests
from iptsim.reading import Bit, Bits, Open, Same, Shift, TypeOf
from iptsim.spaces import examples, words
from iptsim.spaces.diagram import Diagrams
from iptsim.spaces.intervals import Parts, Ranked, blocks, masked, shifted, sliced, union
from iptsim.spaces.levels import MARK_BITS, Interfaces, Level

NOTHING, EVERYTHING = 0, 1
_ORIGINAL: Mapping[str, object] = MappingProxyType({})
_MOST_INTERVALS = 4096
_NARROW = 1 << 17  # a field with no more values than this is cut into as many intervals as it takes
_BUDGET = 20_000_000  # some 5 seconds and 400 MB


class World:
    """The coordinates of one question, and its diagrams.

    `interfaces` are all the names that it can tell apart, `prefixes` those of its `eth+`. `inexact` says, in words, what could not be
    expressed and became an unknown. `defaults` are what fields mean that a packet leaves out; `beside` are fields that all packets of the
    question share, with the values that they have: they take no room in the diagrams.
    """

    def __init__(self, family: int, interfaces: tuple[str, ...] = (), prefixes: tuple[str, ...] = ()) -> None:
        self.family = family
        self.interfaces = Interfaces(interfaces, prefixes)
        self.diagrams = Diagrams(budget=_BUDGET)
        self.levels: list[Level] = []
        self.inexact: list[str] = []
        self.defaults: Mapping[str, int] = {}
        self.beside: Mapping[str, tuple[int, ...]] = {}
        self._places: dict[str, int] = {}
        self._opens: dict[str, Open] = {}
        self._reads: dict[int, tuple[Pred, tuple[str, ...]]] = {}
        self._spaces: dict[tuple[object, ...], int] = {}
        for name in FIELDS:
            self._add(name, name)

    # ---------------------------------------------------------------- coordinates
    def _add(self, name: str, like: str | None, ranked: Ranked | None = None, is_open: bool = False) -> None:
        if like is not None and FIELDS[like].kind == "bits":
            fresh = [Level(f"{name}.{i}", like, name, i, None, is_open) for i in range(MARK_BITS)]
        else:
            fresh = [Level(name, like, name, None, ranked, is_open)]
        for level in fresh:
            top = 1 if like is None or level.bit is not None else ranked.top if ranked else self.top(like)
            self._places[level.name] = self.diagrams.add_level(top)
            self.levels.append(level)

    def top(self, field: str) -> int:
        """The greatest value that a field has here."""
        return self.interfaces.top if FIELDS[field].kind == "interface" else top_of(field, self.family)

    def level(self, name: str) -> int:
        """The level of that name: a field, "mark.3", an unknown, a new value."""
        return self._places[name]

    def find(self, name: str) -> int | None:
        """The same, None if the question has met nothing of that name."""
        return self._places.get(name)

    def atom(self, name: str) -> int:
        """The level of an unknown (0 no, 1 yes), new if it was not met before."""
        if name not in self._places:
            self._add(name, None)
        return self._places[name]

    def open(self, value: Open) -> int:
        """The level of a new value (of a mark: of its bit 0, the others follow), new if it was not met before."""
        first = f"{value.name}.0" if FIELDS[value.like].kind == "bits" else value.name
        if value.name not in self._opens:
            if value.within is not None and (first != value.name or not value.within.parts):
                raise IptsimError(f"{value.name} cannot be limited to {value.within}")
            self._opens[value.name] = value
            self._add(value.name, value.like, Ranked(value.within) if value.within else None, is_open=True)
        elif self._opens[value.name] != value:
            raise IptsimError(f"{value.name} stands for two different values")
        return self._places[first]

    # ---------------------------------------------------------------- predicates
    def space(self, pred: Pred, now: Mapping[str, object] = _ORIGINAL) -> int:
        """The original packets for which `pred` holds, each field read through `now`."""
        entry = self._reads.get(id(pred))
        if entry is None:  # the predicate is kept, so that its id stays its own
            entry = self._reads[id(pred)] = (pred, tuple(sorted(set(_names_in(pred)))))
        key = (id(pred), *map(now.get, entry[1]))
        node = self._spaces.get(key)
        if node is None:
            node = self._spaces[key] = self._space(pred, now)
        return node

    def _space(self, pred: Pred, now: Mapping[str, object]) -> int:
        d = self.diagrams
        match pred:
            case Test(field, values):
                return self._test(field, values, now.get(field))
            case Not(part):
                return d.invert(self.space(part, now))
            case And(parts):
                nodes: list[int] = []
                for part in parts:
                    nodes.append(self.space(part, now))
                    if nodes[-1] == NOTHING:
                        return NOTHING
                return d.all_of(nodes)
            case Or(parts):
                return d.any_of([self.space(part, now) for part in parts])
            case Unknown(key=key):
                name = atom_name(key)
                answer = now.get(name)
                return int(bool(answer)) if isinstance(answer, int) else d.test(self.atom(name), ((1, 1),))

    def given(self, field: str, values: Values) -> int:
        """The packets that arrive with one of these values in that field."""
        return self._test(field, values, None)

    def _test(self, field: str, values: Values, reading: object) -> int:
        match reading:
            case None:
                source: Same | Shift | Open | Bits = Same(field)
            case int() | str():
                return int(reading in values)
            case TypeOf(address, types):
                wanted = union(part for kind, addresses in types if kind in values for part in addresses.parts)
                return self._number(_like(address), Ranges(wanted), address)
            case Same() | Shift() | Open() | Bits():
                source = reading
            case _:
                raise TypeError(f"{field} cannot be read through {reading!r}")
        if FIELDS[field].kind == "bits":
            return self._bits(values, source)
        if isinstance(source, Bits):
            raise TypeError(f"{field} has no bits to be read through {reading!r}")
        if FIELDS[field].kind == "interface":
            return self._interface(values, source)
        return self._number(field, values, source)

    def _place(self, source: Same | Shift | Open) -> int:
        return self.open(source) if isinstance(source, Open) else self.level(source.field)

    def _interface(self, values: Values, source: Same | Shift | Open) -> int:
        if not isinstance(values, Name):
            raise TypeError(f"an interface has no number in {values!r}")
        return self.diagrams.test(self._place(source), self.interfaces.parts(values))

    def _number(self, field: str, values: Values, source: Same | Shift | Open) -> int:
        place, top = self._place(source), self.top(field)
        parts: Parts | None
        match values:
            case Ranges(parts):
                pass
            case Masked(mask, value):
                parts = masked(mask, value, top, top + 1 if top < _NARROW else _MOST_INTERVALS)
                if parts is None:
                    return self._scattered(source, f"&{mask:#x}={value:#x}")
            case Slice(low, width, Ranges(within)):
                parts = sliced(low, width, within, top, top + 1 if top < _NARROW else _MOST_INTERVALS)
                if parts is None:
                    spans = ",".join(f"{lo:#x}" if lo == hi else f"{lo:#x}-{hi:#x}" for lo, hi in within)
                    return self._scattered(source, f">>{low}&{(1 << width) - 1:#x}={spans}")
            case Name():
                raise TypeError(f"{field} is not a name")
        if isinstance(source, Shift):
            parts = shifted(parts, -source.by, self.diagrams.tops[place])
        return self.diagrams.test(place, self.levels[place].numbers(parts))

    def _scattered(self, source: Same | Shift | Open, asked: str) -> int:
        """Bits of an address that have too many intervals: an unknown of its own."""
        where = source.name if isinstance(source, Open) else source.field
        if isinstance(source, Shift):
            where = f"({where}{source.by:+})"
        name = f"{where}{asked}"
        note = f"{name} is taken as unknown: the mask is too scattered"
        if note not in self.inexact:
            self.inexact.append(note)
        return self.diagrams.test(self.atom(name), ((1, 1),))

    def _bits(self, values: Values, source: Same | Shift | Open | Bits) -> int:
        """A mark under a mask; a range is a union of masks."""
        literals = self._literals(source)
        match values:
            case Masked(mask, value):
                return self._masked_bits(mask, value, literals)
            case Ranges(parts):
                full = (1 << MARK_BITS) - 1
                pieces = [self._masked_bits(full >> free << free, start, literals) for start, free in blocks(parts)]
                return self.diagrams.any_of(pieces)
            case Name() | Slice():
                raise TypeError("a mark is asked for by masks")

    def _masked_bits(self, mask: int, value: int, literals: list[int | tuple[int, bool]]) -> int:
        if value & ~mask:
            return NOTHING
        wanted: dict[int, int] = {}
        for i, literal in enumerate(literals):
            if not mask >> i & 1:
                continue
            bit = value >> i & 1
            if isinstance(literal, int):
                if literal != bit:
                    return NOTHING
            elif wanted.setdefault(literal[0], bit ^ literal[1]) != bit ^ literal[1]:
                return NOTHING
        return self.diagrams.box({level: ((bit, bit),) for level, bit in wanted.items()})

    def _literals(self, source: Same | Shift | Open | Bits) -> list[int | tuple[int, bool]]:
        """A mark's bits: known, or (level, flipped)."""
        match source:
            case Same(field):
                return [(self.level(f"{field}.{i}"), False) for i in range(MARK_BITS)]
            case Open():
                return [(self.open(source) + i, False) for i in range(MARK_BITS)]
            case Bits(literals):
                return [(self.level(f"{b.field}.{b.index}"), b.flipped) if isinstance(b, Bit) else b for b in literals]
            case Shift():
                raise TypeError("a mark is not shifted")

    # ---------------------------------------------------------------- packets
    def of(self, packet: Packet) -> int:
        """Every packet that `packet` can be, as far as it is known."""
        given = {name: value for name, value in packet.known().items() if name != "assume"}
        known = {**self.defaults, **given, **(packet.assume or {})}
        box: dict[int, Parts] = {}
        for name, value in known.items():
            if name == "from_host":
                box.setdefault(self.level("in_interface"), ((0, 0),) if value else ((1, self.interfaces.top),))
            elif not self.put(box, name, value):
                return NOTHING
        return self.diagrams.box(box)

    def put(self, box: dict[int, Parts], name: str, value: Any) -> bool:
        """Note in `box` that what has that name has this value; False if it cannot. A name that was never met does not matter."""
        first = self.find(name)
        if first is None:
            first = self.find(f"{name}.0")
            if first is not None:
                box.update({first + i: ((int(value) >> i & 1,) * 2,) for i in range(MARK_BITS)})
            return True
        number = _number_of(self, self.levels[first], value)
        if number is None:
            return False
        box[first] = ((number, number),)
        return True


def _number_of(world: World, level: Level, value: Any) -> int | None:
    """A value as a packet holds it, as the coordinate's number; None if it is not among its values."""
    if level.field is None:
        return int(bool(value))
    kind = FIELDS[level.field].kind
    if kind == "interface":
        return world.interfaces.index(value)
    if kind == "address" and not isinstance(value, int):
        value = ipaddress.ip_address(value)
        if value.version != world.family:
            return None
    number = int(value)
    parts = level.numbers(((number, number),))
    return parts[0][0] if parts else None


def _like(source: Same | Shift | Open) -> str:
    return source.like if isinstance(source, Open) else source.field


def _names_in(pred: Pred) -> Iterator[str]:
    """The keys of `now` that a predicate reads."""
    yield from (test.field for test in tests(pred))
    yield from (atom_name(atom.key) for atom in atoms(pred))


@dataclass(frozen=True, slots=True)
class Space:
    """A set of packets, as they arrive. `universe` is what the question allows: complements stay in it, and words do not repeat it.

    >>> world = World(4)
    >>> web = Space(world, world.space(Test("dport", Ranges(((80, 80), (443, 443))))))
    >>> print(web & ~Space(world, world.space(Test("dport", Ranges(((443, 443),))))))
    to port 80
    """

    world: World = field(repr=False)
    node: int
    universe: int = field(default=EVERYTHING, compare=False)

    def _with(self, node: int, other: Space) -> Space:
        return Space(self.world, node, self.world.diagrams.join(self.universe, other.universe))

    def _same_world(self, other: Space) -> Diagrams:
        if self.world is not other.world:
            raise IptsimError("the two sets of packets belong to different questions")
        return self.world.diagrams

    def __and__(self, other: Space) -> Space:
        return self._with(self._same_world(other).keep(self.node, other.node), other)

    def __or__(self, other: Space) -> Space:
        return self._with(self._same_world(other).join(self.node, other.node), other)

    def __sub__(self, other: Space) -> Space:
        return self._with(self._same_world(other).minus(self.node, other.node), other)

    def __invert__(self) -> Space:
        return Space(self.world, self.world.diagrams.minus(self.universe, self.node), self.universe)

    def __bool__(self) -> bool:
        return self.node != NOTHING

    def __iter__(self) -> Iterator[dict[str, Ranges]]:
        """Disjoint boxes that make it up: the values of each field (of an interface: the numbers of its classes) that matters."""
        levels = self.world.levels
        for box in self.world.diagrams.boxes(self.node):
            yield {levels[level].name: Ranges(levels[level].values(parts)) for level, parts in box.items()}

    def __str__(self) -> str:
        return words.text(self.world, self.node, self.universe)

    def size(self) -> int:
        """How many packets differ in source, destination, protocol, and what that protocol has of ports, TCP flags, ICMP type and code."""
        return examples.size(self.world, self.node)

    def contains(self, packet: Packet) -> Truth:
        """Is the packet in it? UNKNOWN if that depends on what the packet does not say."""
        d = self.world.diagrams
        if any((value := getattr(packet, name)) is not None and int(value) not in values for name, values in self.world.beside.items()):
            return NO
        these = self.world.of(packet)
        return NO if not d.keep(these, self.node) else UNKNOWN if d.minus(these, self.node) else YES

    def example(self, prefer: Mapping[str, Any] | None = None) -> Packet:
        """One of its packets, complete enough to send, with common values where it is free; `prefer` gives others, by field.

        Raises IptsimError if there is none.
        """
        return examples.example(self.world, self.node, prefer or {})
