"""A set of packets as the shortest text that a person would write.

Three forms are tried: a cover by prime boxes ("A; B; C"), its complement ("any packet except A"), and the hull with holes ("A, except B"). A box
is prime when none of its fields can be given more values, so boxes may overlap as a person's would. What the universe fixes is never
repeated. After `MOST` boxes the rest is counted, not written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iptsim.spaces import phrases
from iptsim.spaces.intervals import Parts, complement

if TYPE_CHECKING:
    from iptsim.spaces.space import World

Box = dict[int, Parts]
MOST = 6
# What people expect to read, most of all first. A box is widened in the opposite order, so that what they expect least goes first.
# Whether "to this host" or the addresses say it better is seen by trying both.
_FIRST, _LAST = ("in_interface", "out_interface"), ("proto", "dport", "sport", "icmp_type", "icmp_code", "ctstate", "tcp_flags")
_ORDERS = tuple({name: i for i, name in enumerate((*_FIRST, *ends, *_LAST))} for ends in (("dst_type", "src", "dst"), ("src", "dst", "dst_type")))
# What is left out is harder to read than what is there: so many characters harder.
_ROUNDABOUT = 16
_FIELD, _ATOM = 100, 200


def text(world: World, node: int, universe: int = 1) -> str:
    """The set, given that every packet is in `universe`."""
    d = world.diagrams
    node = d.keep(node, universe)
    if node == 0:
        return "no packet"
    rest = d.minus(universe, node)
    if rest == 0:
        return "any packet"
    forms = []
    for order in _ORDERS:
        boxes, more = cover(world, node, universe, order=order)
        terms = _terms(world, boxes, more, universe)
        forms.append((more > 0, len(terms), terms))
    hull = {level: d.values(node, level) for level in d.support(node)}
    hull = _prime(world, hull, d.join(d.box(hull), d.invert(universe)))
    for frame in ({}, hull) if hull else (hull,):
        inside = d.keep(universe, d.box(frame))
        holes, more = cover(world, d.minus(inside, node), inside)
        if holes:
            terms = _frame(world, frame, universe) + _holes(world, holes, more, inside)
            forms.append((more > 0, len(terms) + _ROUNDABOUT, terms))
    return min(forms)[2]


def cover(world: World, node: int, universe: int, most: int = MOST, order: dict[str, int] | None = None) -> tuple[list[Box], int]:
    """At most `most` prime boxes that lie in `node`, as far as packets of `universe` go; and how many simple boxes more it takes to make it up."""
    d = world.diagrams
    loose = d.join(node, d.invert(universe))
    out: list[Box] = []
    left = node
    while left and len(out) < most:
        out.append(_prime(world, next(d.boxes(left)), loose, order))
        left = d.minus(left, d.box(out[-1]))
    more = d.count_boxes(left)
    for box in out[:-1] if not more else ():  # an early box may have become superfluous
        others = d.any_of(d.box(other) for other in out if other is not box)
        if d.minus(node, others) == 0:
            out.remove(box)
    return out, more


def _prime(world: World, box: Box, loose: int, order: dict[str, int] | None = None) -> Box:
    """The box, which lies in the set `loose`, with every field in turn widened as far as that set allows."""
    d = world.diagrams
    wide = dict(box)
    for level in sorted(box, key=lambda n: (_cost(world, n, order or _ORDERS[0]), n), reverse=True):
        del wide[level]
        bad = d.values(d.minus(d.box(wide), loose), level)
        if bad:
            wide[level] = complement(bad, d.tops[level])
    return wide


def _cost(world: World, place: int, order: dict[str, int]) -> int:
    level = world.levels[place]
    if level.field is None:
        return _ATOM
    return order.get(level.name, _FIELD)


def _terms(world: World, boxes: list[Box], more: int, universe: int) -> str:
    terms = [phrases.box(world, box, universe) for box in boxes]
    return "; ".join(terms + ([f"and {more} more"] if more else []))


def _frame(world: World, frame: Box, universe: int) -> str:
    return f"{phrases.box(world, frame, universe)}, except " if frame else "any packet except "


def _holes(world: World, holes: list[Box], more: int, inside: int) -> str:
    listed = _terms(world, holes, more, inside)
    return f"({listed})" if "; " in listed else listed
