"""A number that was read out of a packet: each of its bits is 0, 1, a bit of a field, or a bit that no field tells.

What is asked of it becomes a predicate on the fields, exact for each bit that a field tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from iptsim.packet import FIELDS
from iptsim.predicate import ALWAYS, NEVER, And, Masked, Not, Or, Pred, Test, Unknown, ranges

BITS = 32
UNTOLD = ""  # the field of bits of which nothing is known but where they are
OFFSET = "fragment offset"  # of a later fragment: not 0


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
    if less and name in FIELDS:
        return _of_shifted(run, name, int(less), (low, high))
    if field not in FIELDS:
        return _untold(run, low, high)
    if run.low + run.width == run.size:
        return Test(field, ranges([(low << run.low, (high + 1 << run.low) - 1)]))
    return any_of(Test(field, Masked((top ^ ones) << run.low, start << run.low)) for start, ones in _aligned(low, high))


def _of_shifted(run: _Run, name: str, less: int, span: tuple[int, int]) -> Pred:
    if run.width != run.size:
        return _untold(run, *span)
    return Test(name, ranges([(span[0] + less, span[1] + less)]))


def _untold(run: _Run, low: int, high: int) -> Pred:
    """What no field tells. A later fragment's offset is not 0."""
    if run.field == OFFSET and run.low == 0 and run.width == 13 and (high == 0 or low <= 1):
        return NEVER if high == 0 else ALWAYS if high == 0x1FFF else _unknown(run, 1, high)
    return _unknown(run, low, high)


def _unknown(run: _Run, low: int, high: int) -> Pred:
    asked = f"{low:#x}" if low == high else f"{low:#x}-{high:#x}"
    if run.field:
        key = what = f"{run.field} >> {run.low}" if run.low else run.field
    else:
        first, last = 1 - run.low - run.width, -run.low
        whole = first % 8 == 0 and last % 8 == 7
        ends = [str(bit // 8) if whole else f"{bit // 8}.{bit % 8}" for bit in (first, last)]
        key = ends[0] if ends[0] == ends[1] else "-".join(ends)
        what = f"byte {key}" if first // 8 == last // 8 else f"bytes {key}"
    return Unknown(f"no field of a packet says whether its {what} is {asked}", ("bytes", key.replace(" ", "-"), asked))


def _aligned(low: int, high: int) -> Iterator[tuple[int, int]]:
    """The range as (first value, mask of its free bits) of blocks whose sizes are powers of two."""
    while low <= high:
        size = low & -low or 1 << (high + 1).bit_length()
        while low + size - 1 > high:
            size >>= 1
        yield low, size - 1
        low += size


def negated(pred: Pred) -> Pred:
    """Not, of what is always or never so as well."""
    return NEVER if pred == ALWAYS else ALWAYS if pred == NEVER else Not(pred)
