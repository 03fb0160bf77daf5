"""Arithmetic on intervals, against sets of integers written out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iptsim.predicate import Masked, Ranges
from iptsim.spaces.intervals import Parts, Ranked, blocks, complement, masked, meet, shifted, size, union

TOP = 60
sets = st.sets(st.integers(0, TOP))


def of(values: set[int]) -> Parts:
    return union((v, v) for v in values)


def read(parts: Parts) -> set[int]:
    return {v for lo, hi in parts for v in range(lo, hi + 1)}


@given(sets, sets)
def test_meet_and_complement_and_size_are_those_of_sets(a: set[int], b: set[int]) -> None:
    assert meet(of(a), of(b)) == of(a & b)
    assert complement(of(a), TOP) == of(set(range(TOP + 1)) - a)
    assert size(of(a)) == len(a)


@given(sets, st.integers(-70, 70))
def test_what_is_shifted_out_is_lost(a: set[int], by: int) -> None:
    assert shifted(of(a), by, TOP) == of({v + by for v in a if 0 <= v + by <= TOP})


@given(sets)
def test_blocks_are_aligned_powers_of_two_that_make_it_up(a: set[int]) -> None:
    out: list[int] = []
    for start, free in blocks(of(a)):
        assert start % (1 << free) == 0
        out += range(start, start + (1 << free))
    assert out == sorted(a)


@given(st.integers(0, 127), st.integers(0, 127), st.integers(0, 100))
def test_a_mask_as_intervals_has_the_masks_values(mask: int, value: int, top: int) -> None:
    assert masked(mask, value, top, 1 << 9) == of({v for v in range(top + 1) if v in Masked(mask, value)})


def test_a_mask_that_takes_too_many_intervals_is_refused() -> None:
    assert masked(0x0F0F0F01, 1, 0xFFFFFFFF, 4096) is None


@given(sets.filter(bool), sets)
def test_ranks_number_the_values_that_exist(existing: set[int], wanted: set[int]) -> None:
    ranked = Ranked(Ranges(of(existing)))
    assert ranked.top == len(existing) - 1
    assert ranked.values(ranked.ranks(of(wanted))) == of(existing & wanted)
    assert read(ranked.ranks(of(wanted))) == {i for i, v in enumerate(sorted(existing)) if v in wanted}
