"""What a match asks of a packet, as a value: `Test | Not | And | Or | Unknown`.

One meaning, many readers: `holds` runs it on one packet, `spaces.space.World.space` makes the set of packets it holds for, `show.words` says it.
Truth has three values and Kleene's tables: a field that nobody gave and a fact that nobody knows are UNKNOWN, and
stay so until the rest of the question decides without them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class Truth(Enum):
    """Kleene's three values."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __invert__(self) -> Truth:
        return _NOT[self]

    def __and__(self, other: Truth) -> Truth:
        return self if self.value <= other.value else other

    def __or__(self, other: Truth) -> Truth:
        return self if self.value >= other.value else other

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values: compare it with Truth.YES or Truth.NO")


NO, UNKNOWN, YES = Truth.NO, Truth.UNKNOWN, Truth.YES
_NOT = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}


# ---------------------------------------------------------------- sets of values of one field
@dataclass(frozen=True, slots=True)
class Ranges:
    """Integers: sorted, disjoint, inclusive, never adjacent (use `ranges` to make one)."""

    parts: tuple[tuple[int, int], ...]

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int):
            return False
        if len(self.parts) == 1:
            return self.parts[0][0] <= value <= self.parts[0][1]
        at = bisect_right(self.parts, (value, _TOP)) - 1
        return at >= 0 and value <= self.parts[at][1]


@dataclass(frozen=True, slots=True)
class Masked:
    """Integers with `value` in the bits of `mask`. Bits of `value` outside `mask` make it empty, as in the kernel's (x & mask) == value."""

    mask: int
    value: int

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and value & self.mask == self.value


@dataclass(frozen=True, slots=True)
class Slice:
    """Integers of which `width` bits from bit `low` on are a number in these ranges."""

    low: int
    width: int
    values: Ranges

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and (value >> self.low & (1 << self.width) - 1) in self.values


@dataclass(frozen=True, slots=True)
class Name:
    """Interface names: exactly `text`, or with `prefix` every name that starts so. The absent interface is the empty name."""

    text: str
    prefix: bool = False

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and (value.startswith(self.text) if self.prefix else value == self.text)


Values = Ranges | Masked | Slice | Name
_TOP = 1 << 129


def ranges(parts: Iterable[tuple[int, int]]) -> Ranges:
    """The union of inclusive ranges; those that are backwards are empty, as the kernel's are."""
    out: list[tuple[int, int]] = []
    for lo, hi in sorted(parts):
        if lo > hi:
            continue
        if out and lo <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(hi, out[-1][1]))
        else:
            out.append((lo, hi))
    return Ranges(tuple(out))


def one(value: int) -> Ranges:
    """Just that value."""
    return Ranges(((value, value),))


# ---------------------------------------------------------------- predicates
@dataclass(frozen=True, slots=True)
class Test:
    """A field of the packet (a key of `packet.FIELDS`) has one of these values."""

    field: str
    values: Values

    __test__ = False  # not a test class, whatever pytest thinks


@dataclass(frozen=True, slots=True)
class Not:
    part: Pred


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Pred, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Pred, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something the packet alone does not decide.

    `key` names the question: equal keys are the same question, ("limit", "5/min") say. A *fact* (`dice=False`: membership of a set,
    the owner's groups) has one answer as long as the fields in `reads` keep their values. *Dice* (limit, statistic, recent) are thrown
    anew by every rule that asks. `first` is what a fresh kernel answers to the first packet it sees, None where that is not fixed. What is
    `inside` is in the packet itself: of its answer it is another question.
    """

    reason: str
    key: tuple[str, ...]
    reads: tuple[str, ...] = ()
    dice: bool = False
    first: bool | None = None
    inside: bool = False


Pred = Test | Not | And | Or | Unknown

ALWAYS = And(())
NEVER = Or(())


def both(*parts: Pred) -> Pred:
    """All of them, flattened: what a rule asks is a short list."""
    out: list[Pred] = []
    for part in parts:
        if isinstance(part, And):
            out.extend(part.parts)
        else:
            out.append(part)
    return out[0] if len(out) == 1 else And(tuple(out))


def given(pred: Pred, negated: bool) -> Pred:
    """`pred`, or where the user wrote `!` its negation."""
    return Not(pred) if negated else pred


def holds(pred: Pred, now: Mapping[str, object]) -> Truth:
    """Does `pred` hold for a packet whose known fields are the ints and strings in `now`? Any other value there is not known."""
    if isinstance(pred, Test):
        value = now.get(pred.field)
        kind = value.__class__
        if kind is int or kind is str:
            return YES if value in pred.values else NO
        return UNKNOWN
    if isinstance(pred, And):
        result = YES
        for part in pred.parts:
            truth = holds(part, now)
            if truth is NO:
                return NO
            if truth is UNKNOWN:
                result = UNKNOWN
        return result
    if isinstance(pred, Not):
        return _NOT[holds(pred.part, now)]
    if isinstance(pred, Or):
        result = NO
        for part in pred.parts:
            truth = holds(part, now)
            if truth is YES:
                return YES
            if truth is UNKNOWN:
                result = UNKNOWN
        return result
    answer = now.get(atom_name(pred.key)) if not pred.dice else None
    return YES if answer is True else NO if answer is False else UNKNOWN


def atom_name(key: tuple[str, ...]) -> str:
    """How an unknown is called in assumptions and answers: `set:blocklist:src`."""
    return ":".join(key)


def atoms(pred: Pred) -> list[Unknown]:
    """The unknowns in it, in order."""
    if isinstance(pred, Unknown):
        return [pred]
    if isinstance(pred, Not):
        return atoms(pred.part)
    if isinstance(pred, And | Or):
        return [atom for part in pred.parts for atom in atoms(part)]
    return []


def tests(pred: Pred) -> list[Test]:
    """The tests of a field in it, in order, whatever stands before or around them."""
    if isinstance(pred, Test):
        return [pred]
    if isinstance(pred, Not):
        return tests(pred.part)
    if isinstance(pred, And | Or):
        return [test for part in pred.parts for test in tests(part)]
    return []
