"""Sets of integers as sorted, disjoint, inclusive intervals that are never adjacent: the arithmetic that diagrams and words share."""

from __future__ import annotations

from collections.abc import Iterable

from iptsim.predicate import Ranges, ranges

Parts = tuple[tuple[int, int], ...]


def union(parts: Iterable[tuple[int, int]]) -> Parts:
    """All integers in one of them."""
    return ranges(parts).parts


def meet(a: Parts, b: Parts) -> Parts:
    """The integers in both."""
    out = []
    i = j = 0
    while i < len(a) and j < len(b):
        lo, hi = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if lo <= hi:
            out.append((lo, hi))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return tuple(out)


def complement(parts: Parts, top: int) -> Parts:
    """The integers from 0 to `top` that are not in it."""
    out, at = [], 0
    for lo, hi in parts:
        if lo > at:
            out.append((at, lo - 1))
        at = hi + 1
    if at <= top:
        out.append((at, top))
    return tuple(out)


def shifted(parts: Parts, by: int, top: int) -> Parts:
    """Each integer plus `by`; what leaves 0 to `top` is lost."""
    return meet(tuple((lo + by, hi + by) for lo, hi in parts), ((0, top),))


def size(parts: Parts) -> int:
    """How many integers."""
    return sum(hi - lo + 1 for lo, hi in parts)


def blocks(parts: Parts) -> Iterable[tuple[int, int]]:
    """The same integers as aligned powers of two: (first, number of free low bits)."""
    for lo, hi in parts:
        while lo <= hi:
            free = min((lo & -lo).bit_length() - 1 if lo else hi.bit_length(), (hi - lo + 1).bit_length() - 1)
            yield lo, free
            lo += 1 << free


def masked(mask: int, value: int, top: int, limit: int) -> Parts | None:
    """The integers up to `top` with `value` in the bits of `mask`; None if that takes more than `limit` intervals."""
    if value & ~mask:
        return ()
    low = (mask & -mask).bit_length() - 1 if mask else top.bit_length()
    loose = [1 << bit for bit in range(low, top.bit_length()) if not mask >> bit & 1]
    if 1 << len(loose) > limit:
        return None
    starts = [value]
    for bit in loose:
        starts += [start | bit for start in starts]
    return meet(union((start, start + (1 << low) - 1) for start in starts), ((0, top),))


def sliced(low: int, width: int, parts: Parts, top: int, limit: int) -> Parts | None:
    """The integers up to `top` of which those bits are in `parts`; None if that takes more than `limit` intervals."""
    above = (top >> low + width) + 1
    if above * len(parts) > limit:
        return None
    ends = ((high << low + width | lo << low, high << low + width | (hi + 1 << low) - 1) for high in range(above) for lo, hi in parts)
    return meet(union(ends), ((0, top),))


class Ranked:
    """Some integers numbered from 0 in order, so that only they exist: a level of a diagram whose values are limited."""

    def __init__(self, within: Ranges) -> None:
        self.parts = within.parts
        self.top = size(within.parts) - 1

    def ranks(self, parts: Parts) -> Parts:
        """The numbers of those integers in `parts` that exist."""
        out, below = [], 0
        for lo, hi in self.parts:
            out += [(a - lo + below, b - lo + below) for a, b in meet(parts, ((lo, hi),))]
            below += hi - lo + 1
        return union(out)

    def values(self, ranks: Parts) -> Parts:
        """The integers that have these numbers."""
        out, below = [], 0
        for lo, hi in self.parts:
            count = hi - lo + 1
            out += [(a - below + lo, b - below + lo) for a, b in meet(ranks, ((below, below + count - 1),))]
            below += count
        return union(out)
