"""A number that was read out of a packet: each of its bits is 0, 1, a bit of a field, or a bit that no field tells.

What is asked of it becomes a predicate on the fields, exact for each bit that a field tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from iptsim.packet import FIELDS
from iptsim.predicate import ALWAYS, NEVER, And, Masked, Not, Or, Pred, Slice, Test, Unknown, ranges

BITS = 32
UNTOLD = ""  # the field of bits of which nothing is known but where they are
OFFSET = "fragment offset"
REWRITTEN = ("src", "dst", "sport", "dport", "ttl", "tos", "tcp_flags")  # what targets change: with it, sums


class Opaque(Exception):
    """What is asked cannot be said of the fields of a packet."""


class Bit(NamedTuple):
    """A bit of a field that has `size` of them, the least being 0; of what no field tells: of a part of a header that has a name, or minus its
    place in the packet.

    A field "length-40" is the length less 40.
    """

    field: str
    number: int
    size: int = 0


Word = tuple["int | Bit", ...]  # BITS of them, the greatest first


def number(value: int) -> Word:
    """A number that is known."""
    return tuple(value >> n & 1 for n in range(BITS - 1, -1, -1))


def known(word: Word) -> int:
    """The number, if all of it is known. Raises Opaque."""
    if any(isinstance(bit, Bit) for bit in word):
        raise Opaque
    return sum(bit << n for n, bit in enumerate(reversed(word)) if isinstance(bit, int))


def masked(word: Word, mask: int) -> Word:
    """word & mask."""
    return tuple(bit if mask >> n & 1 else 0 for bit, n in zip(word, range(BITS - 1, -1, -1), strict=True))


def shifted(word: Word, left: int) -> Word:
    """word << left; to the right if that is negative. Raises Opaque for more than 31: C does not say what comes of it."""
    if abs(left) >= BITS:
        raise Opaque
    zeros = (0,) * abs(left)
    return (*word[left:], *zeros) if left >= 0 else (*zeros, *word[:left])


def among(word: Word, spans: Iterable[tuple[int, int]]) -> Pred:
    """Is it in one of these ranges?"""
    return any_of(within(word, low, high) for low, high in spans)


def within(word: Word, low: int, high: int) -> Pred:
    """low <= word <= high, both below 2**32."""
    return _between(tuple(_runs(word)), low, high)


def all_of(parts: Iterable[Pred]) -> Pred:
    """And, without what is always or never so."""
    kept = [part for part in parts if part != ALWAYS]
    return NEVER if NEVER in kept else kept[0] if len(kept) == 1 else And(tuple(kept))


def any_of(parts: Iterable[Pred]) -> Pred:
    """Or, without what is always or never so."""
    kept = [part for part in parts if part != NEVER]
    return ALWAYS if ALWAYS in kept else kept[0] if len(kept) == 1 else Or(tuple(kept))


# ---------------------------------------------------------------- bits that stand together
class _Run(NamedTuple):
    """Bits in a row of one field, or of a known number: `low` is the least of them, or the number; `size` that of the field."""

    field: str | None
    low: int
    width: int
    size: int = 0


def _runs(word: Word) -> Iterator[_Run]:
    at = 0
    while at < BITS:
        first, end = word[at], at + 1
        while end < BITS and _goes_on(word[end - 1], word[end]):
            end += 1
        if isinstance(first, Bit):
            yield _Run(first.field, first.number - (end - at - 1), end - at, first.size)
        else:
            yield _Run(None, int("".join(map(str, word[at:end])), 2), end - at)
        at = end


def _goes_on(one: int | Bit, other: int | Bit) -> bool:
    if isinstance(one, Bit) and isinstance(other, Bit):
        return one.field == other.field and other.number == one.number - 1
    return isinstance(one, int) and isinstance(other, int)


def _between(runs: tuple[_Run, ...], low: int, high: int) -> Pred:
    """Run by run: equal to the first part of a bound, the rest decides; between both, it does not matter."""
    if low > high:
        return NEVER
    first, *rest = runs
    if not rest:
        return _inside(first, low, high)
    left, after = sum(run.width for run in rest), tuple(rest)
    tops, ones = (low >> left, high >> left), (1 << left) - 1
    if tops[0] == tops[1]:
        return all_of((_inside(first, *tops), _between(after, low & ones, high & ones)))
    low_whole, high_whole = low & ones == 0, high & ones == ones
    middle = _inside(first, tops[0] + (not low_whole), tops[1] - (not high_whole))
    edges = [] if low_whole else [all_of((_inside(first, tops[0], tops[0]), _between(after, low & ones, ones)))]
    edges += [] if high_whole else [all_of((_inside(first, tops[1], tops[1]), _between(after, 0, high & ones)))]
    return any_of((middle, *edges))


def _inside(run: _Run, low: int, high: int) -> Pred:
    """Is the number that these bits are in that range?"""
    field, top = run.field, (1 << run.width) - 1
    if low > high or (low == 0 and high == top):
        return NEVER if low > high else ALWAYS
    if field is None:
        return ALWAYS if low <= run.low <= high else NEVER
    name, _, less = field.partition("-")
    if less and name in FIELDS and run.width == run.size:
        return Test(name, ranges([(low + int(less), high + int(less))]))
    if field not in FIELDS:
        return _untold(run, low, high)
    if run.low + run.width == run.size:
        return Test(field, ranges([(low << run.low, (high + 1 << run.low) - 1)]))
    if low == high:
        return Test(field, Masked(top << run.low, low << run.low))
    return Test(field, Slice(run.low, run.width, ranges([(low, high)])))


def _untold(run: _Run, low: int, high: int) -> Pred:
    """What no field tells, but for what it cannot be."""
    if run.field in _CANNOT and run.width == run.size:
        possible = _possible(_CANNOT[run.field], low, high, (1 << run.width) - 1)
        if possible is not None:
            return possible
    if run.width == 1:
        return Not(_unknown(run, 1, 1)) if high == 0 else _unknown(run, 1, 1)
    return _unknown(run, low, high)


# A later fragment's offset is not 0; with options the header is longer than 5 words; what follows if a header follows is none of these protocols.
_CANNOT = {OFFSET: frozenset((0,)), "IHL": frozenset(range(6)), "next header": frozenset((1, 6, 17, 33, 58, 132, 136))}


def _possible(cannot: frozenset[int], low: int, high: int, top: int) -> Pred | None:
    """Whether it is never so, or always, because of what it cannot be; None if neither."""
    if high - low < len(cannot) and all(value in cannot for value in range(low, high + 1)):
        return NEVER
    outside = low + top - high
    return ALWAYS if outside <= len(cannot) and all(value in cannot for value in (*range(low), *range(high + 1, top + 1))) else None


def _unknown(run: _Run, low: int, high: int) -> Pred:
    asked = f"{low:#x}" if low == high else f"{low:#x}-{high:#x}"
    if run.field:
        part = "" if run.width == run.size else f" {run.low + run.width - 1}-{run.low}" if run.width > 1 else f" {run.low}"
        key = what = f"{run.field}{part}"
    else:
        first, last = 1 - run.low - run.width, -run.low
        whole = first % 8 == 0 and last % 8 == 7
        ends = [str(bit // 8) if whole else f"{bit // 8}.{bit % 8}" for bit in (first, last)]
        key = ends[0] if ends[0] == ends[1] else "-".join(ends)
        what = f"byte {key}" if first // 8 == last // 8 else f"bytes {key}"
    reads = REWRITTEN if "checksum" in what else ()
    return Unknown(f"no field of a packet says whether its {what} is {asked}", ("bytes", key.replace(" ", "-"), asked), reads, inside=True)


def negated(pred: Pred) -> Pred:
    """Not, of what is always or never so as well."""
    return NEVER if pred == ALWAYS else ALWAYS if pred == NEVER else Not(pred)
