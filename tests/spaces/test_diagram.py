"""The diagram's operations, against sets of points written out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iptsim.errors import OverBudget
from iptsim.spaces.diagram import Diagrams
from iptsim.spaces.intervals import Parts, complement, union

TOPS = (2, 40, 1, 3)
POINTS = frozenset(itertools.product(*(range(top + 1) for top in TOPS)))


@st.composite
def parts(draw: st.DrawFn, level: int) -> Parts:
    values = draw(st.sets(st.integers(0, TOPS[level])))
    return union((v, v) for v in values)


@st.composite
def boxes(draw: st.DrawFn) -> dict[int, Parts]:
    return {level: draw(parts(level)) for level in draw(st.sets(st.integers(0, len(TOPS) - 1)))}


box_lists = st.lists(boxes(), max_size=4)


def inside(point: tuple[int, ...], box: dict[int, Parts]) -> bool:
    return all(any(lo <= point[level] <= hi for lo, hi in box[level]) for level in box)


def points_of(union_of: list[dict[int, Parts]]) -> frozenset[tuple[int, ...]]:
    return frozenset(point for point in POINTS if any(inside(point, box) for box in union_of))


def read(d: Diagrams, node: int) -> frozenset[tuple[int, ...]]:
    return frozenset(point for point in POINTS if d.holds(node, dict(enumerate(point))))


def build(d: Diagrams, union_of: list[dict[int, Parts]]) -> int:
    return d.any_of(d.box(box) for box in union_of)


@settings(max_examples=60, deadline=None)
@given(box_lists, box_lists)
def test_every_operation_is_that_of_sets_of_points(a_boxes: list[dict[int, Parts]], b_boxes: list[dict[int, Parts]]) -> None:
    d = Diagrams(TOPS)
    a, b, a_points, b_points = build(d, a_boxes), build(d, b_boxes), points_of(a_boxes), points_of(b_boxes)
    assert read(d, a) == a_points
    assert read(d, d.keep(a, b)) == a_points & b_points
    assert read(d, d.join(a, b)) == a_points | b_points
    assert read(d, d.minus(a, b)) == a_points - b_points
    assert read(d, d.invert(a)) == POINTS - a_points


@settings(max_examples=60, deadline=None)
@given(box_lists, st.randoms())
def test_the_same_set_made_in_any_order_is_the_same_node(union_of: list[dict[int, Parts]], random: object) -> None:
    d = Diagrams(TOPS)
    shuffled = list(union_of)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' Random
    one_by_one = 0
    for box in shuffled:
        one_by_one = d.join(one_by_one, d.all_of(d.test(level, box[level]) for level in box))
    node = build(d, union_of)
    assert one_by_one == node
    assert d.invert(d.invert(node)) == node
    assert d.join(d.keep(node, d.test(1, ((3, 9),))), d.minus(node, d.test(1, ((3, 9),)))) == node


@settings(max_examples=60, deadline=None)
@given(box_lists, st.integers(0, len(TOPS) - 1), st.data())
def test_projections_and_cuts_are_those_of_points(union_of: list[dict[int, Parts]], level: int, data: st.DataObject) -> None:
    d = Diagrams(TOPS)
    node, points = build(d, union_of), points_of(union_of)
    assert d.values(node, level) == union((p[level],) * 2 for p in points)
    dropped = d.drop(node, frozenset({level}))
    assert level not in d.support(dropped)
    shadow = {p[:level] + p[level + 1 :] for p in points}
    assert read(d, dropped) == {p for p in POINTS if p[:level] + p[level + 1 :] in shadow}
    value = data.draw(st.integers(0, TOPS[level]))
    assert read(d, d.fix(node, level, value)) == {p for p in POINTS if (*p[:level], value, *p[level + 1 :]) in points}


@settings(max_examples=60, deadline=None)
@given(box_lists)
def test_counts_boxes_and_witness_agree_with_the_points(union_of: list[dict[int, Parts]]) -> None:
    d = Diagrams(TOPS)
    node, points = build(d, union_of), points_of(union_of)
    assert d.count(node, range(len(TOPS))) == len(points)
    apart = [read(d, d.box(box)) for box in d.boxes(node)]
    assert len(apart) == d.count_boxes(node)
    assert sum(map(len, apart)) == len(points)
    assert frozenset().union(*apart) == points
    witness = d.witness(node)
    assert (witness is None) == (not points)
    if witness is not None:
        assert read(d, d.box({level: ((v, v),) for level, v in witness.items()})) <= points


@pytest.mark.parametrize("few", [(), (700,), (0, 700, 1999)])
def test_a_wide_node_merges_with_a_narrow_one(few: tuple[int, ...]) -> None:
    d = Diagrams((1999, 1))
    many = [v for v in range(2000) if v % 3]
    wide = d.join(d.test(0, union((v, v) for v in many)), d.keep(d.test(0, ((600, 900),)), d.test(1, ((1, 1),))))
    narrow = d.join(d.test(0, union((v, v) for v in few)), d.keep(d.test(0, ((650, 1200),)), d.test(1, ((0, 0),))))
    for v, w in itertools.product(range(2000), range(2)):
        point = {0: v, 1: w}
        a, b = d.holds(wide, point), d.holds(narrow, point)
        assert d.holds(d.keep(wide, narrow), point) == (a and b) == d.holds(d.keep(narrow, wide), point)
        assert d.holds(d.join(wide, narrow), point) == (a or b)
        assert d.holds(d.minus(wide, narrow), point) == (a and not b)
        assert d.holds(d.minus(narrow, wide), point) == (b and not a)


def test_two_thousand_levels_are_not_too_deep() -> None:
    d = Diagrams([1] * 2000)
    odd, even = (d.box(dict.fromkeys(range(start, 2000, 2), ((1, 1),))) for start in (1, 0))
    both = d.keep(odd, even)
    either = d.join(odd, even)
    assert d.minus(both, either) == 0
    assert d.count(both, range(2000)) == 1
    assert d.drop(both, frozenset(range(2000))) == 1
    assert next(d.boxes(both)) == dict.fromkeys(range(2000), ((1, 1),))


def test_a_level_may_come_later() -> None:
    d = Diagrams((7,))
    a = d.test(0, ((2, 5),))
    new = d.add_level(1)
    b = d.test(new, ((1, 1),))
    assert d.keep(a, b) == d.test(0, ((2, 5),), b)
    assert d.support(d.keep(a, b)) == {0, new}


def test_a_test_beyond_the_top_is_empty() -> None:
    d = Diagrams((7,))
    assert (d.test(0, ((8, 9),)), d.test(0, ((0, 9),)), d.test(0, ())) == (0, 1, 0)
    assert d.test(0, complement(((2, 5),), 7)) == d.invert(d.test(0, ((2, 5),)))


def test_work_over_the_budget_is_an_error() -> None:
    d = Diagrams([1 << 20] * 3, budget=500)
    with pytest.raises(OverBudget, match="give more of the flow"):
        d.any_of(d.box({0: ((i, i),), 1: ((i * 7 % 1000,) * 2,), 2: ((i, i + 5),)}) for i in range(500))
