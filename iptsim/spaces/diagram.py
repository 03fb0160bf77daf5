"""Interval decision diagrams: sets of points with many integer coordinates.

A node is an int. 0 is the empty set, 1 is everything, n >= 2 an inner node that looks at one coordinate, its *level*: a value v of it goes to
kids[bisect_right(bounds, v)]. Levels are met in their order, equal neighbours are joined, a node with one kid is that kid, and nodes are
hash-consed: equal ids are equal sets, whichever way they were made.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping

from iptsim.errors import OverBudget
from iptsim.spaces.intervals import Parts, union

_LEAF = 1 << 60  # the level of 0 and 1: below all others
_COPY, _WORK = -1, -2
# What the small operand's kid 0, and 1, makes of a slice of a much wider node: a leaf, the slice itself, or it has to be worked out.
_Slices = tuple[int, int]
_AND: _Slices = (0, _COPY)
_OR: _Slices = (_COPY, 1)
_LESS: _Slices = (_COPY, 0)
_OF: _Slices = (0, _WORK)
_WIDE = 8

Binary = Callable[[int, int], int]


class Diagrams:
    """The diagrams of one question. `edges` counts what was ever made: the measure of work, and with `budget` its bound."""

    def __init__(self, tops: Iterable[int] = (), budget: int | None = None) -> None:
        self.tops: list[int] = []
        self.level: list[int] = [_LEAF, _LEAF]
        self.bounds: list[tuple[int, ...]] = [(), ()]
        self.kids: list[tuple[int, ...]] = [(), ()]
        self.edges = 0
        self.budget = budget
        self._unique: dict[tuple[int, tuple[int, ...], tuple[int, ...]], int] = {}
        self._kept: dict[tuple[int, int], int] = {}
        self._less: dict[tuple[int, int], int] = {}
        self._joined: dict[tuple[int, int], int] = {}
        self._dropped: dict[frozenset[int], dict[int, int]] = {}
        for top in tops:
            self.add_level(top)

    def add_level(self, top: int) -> int:
        """A new coordinate with values 0 to `top`, below all others."""
        self.tops.append(top)
        # every operation recurses once a level, at most five frames deep
        room = 5 * len(self.tops) + 1000
        if sys.getrecursionlimit() < room:
            sys.setrecursionlimit(room)
        return len(self.tops) - 1

    # ---------------------------------------------------------------- making
    def _make(self, level: int, bounds: list[int], kids: list[int]) -> int:
        """The node; neighbours among the kids differ."""
        if not bounds:
            return kids[0]
        key = (level, tuple(bounds), tuple(kids))
        node = self._unique.get(key)
        if node is None:
            node = self._unique[key] = len(self.level)
            self.level.append(level)
            self.bounds.append(key[1])
            self.kids.append(key[2])
            self.edges += len(kids)
            if self.budget is not None and self.edges > self.budget:
                raise OverBudget("the question is too wide: give more of the flow")
        return node

    def _squeeze(self, level: int, bounds: Iterable[int], kids: list[int]) -> int:
        """The node, after joining equal neighbours."""
        last = kids[0]
        cuts, out = [], [last]
        for bound, kid in zip(bounds, kids[1:], strict=True):
            if kid != last:
                cuts.append(bound)
                out.append(kid)
                last = kid
        return self._make(level, cuts, out)

    def test(self, level: int, parts: Parts, inside: int = 1) -> int:
        """The points whose coordinate is in `parts` (and that are in `inside`, a set over lower levels)."""
        top, at = self.tops[level], 0
        starts, kids = [], []
        for lo, hi in parts:
            if lo > top:
                break
            if lo > at:
                starts.append(at)
                kids.append(0)
            starts.append(lo)
            kids.append(inside)
            at = hi + 1
        if at <= top:
            starts.append(at)
            kids.append(0)
        return self._squeeze(level, starts[1:], kids)

    def box(self, parts: Mapping[int, Parts]) -> int:
        """The points with each of these coordinates in its parts."""
        node = 1
        for level in sorted(parts, reverse=True):
            node = self.test(level, parts[level], node)
        return node

    # ---------------------------------------------------------------- operations
    def keep(self, a: int, b: int) -> int:
        """a and b."""
        if a > b:
            a, b = b, a
        if a == 0 or a == b:
            return a
        if a == 1:
            return b
        key = (a, b)
        node = self._kept.get(key)
        if node is None:
            node = self._kept[key] = self._merge(self.keep, a, b, (_AND, _AND))
        return node

    def join(self, a: int, b: int) -> int:
        """a or b."""
        if a > b:
            a, b = b, a
        if a == 0 or a == b:
            return b
        if a == 1:
            return 1
        key = (a, b)
        node = self._joined.get(key)
        if node is None:
            node = self._joined[key] = self._merge(self.join, a, b, (_OR, _OR))
        return node

    def minus(self, a: int, b: int) -> int:
        """a and not b."""
        if a == 0 or b == 1 or a == b:
            return 0
        if b == 0:
            return a
        key = (a, b)
        node = self._less.get(key)
        if node is None:
            node = self._less[key] = self._merge(self.minus, a, b, (_OF, _LESS))
        return node

    def invert(self, a: int) -> int:
        """Not a."""
        return self.minus(1, a)

    def all_of(self, nodes: Iterable[int]) -> int:
        """What is in each of them; the lowest levels first, so that most steps only put a node on top."""
        result = 1
        for node in sorted(nodes, key=self.level.__getitem__, reverse=True):
            result = self.keep(node, result)
        return result

    def any_of(self, nodes: Iterable[int]) -> int:
        """What is in one of them, merged pairwise like a tournament."""
        round_ = sorted(set(nodes))
        while len(round_) > 1:
            pairs = [self.join(a, b) for a, b in zip(round_[::2], round_[1::2], strict=False)]
            round_ = pairs + round_[-1:] if len(round_) % 2 else pairs
        return round_[0] if round_ else 0

    def _merge(self, op: Binary, a: int, b: int, slices: tuple[_Slices, _Slices]) -> int:
        """op(a, b) from op on their kids. `slices` says what it does where a, and where b, is the smaller one and a leaf."""
        la, lb = self.level[a], self.level[b]
        bounds_a, bounds_b, kids_a, kids_b = self.bounds[a], self.bounds[b], self.kids[a], self.kids[b]
        if la < lb:
            return self._squeeze(la, bounds_a, [op(kid, b) for kid in kids_a])
        if lb < la:
            return self._squeeze(lb, bounds_b, [op(a, kid) for kid in kids_b])
        na, nb = len(bounds_a), len(bounds_b)
        if na > _WIDE * (nb + 1):
            return self._merge_wide(op, a, b, slices[1])
        if nb > _WIDE * (na + 1):
            return self._merge_wide(lambda wide, small: op(small, wide), b, a, slices[0])
        i = j = 0
        last = op(kids_a[0], kids_b[0])
        bounds, kids = [], [last]
        while i < na or j < nb:
            if j >= nb or (i < na and bounds_a[i] < bounds_b[j]):
                at = bounds_a[i]
                i += 1
            elif i >= na or bounds_b[j] < bounds_a[i]:
                at = bounds_b[j]
                j += 1
            else:
                at = bounds_a[i]
                i += 1
                j += 1
            kid = op(kids_a[i], kids_b[j])
            if kid != last:
                bounds.append(at)
                kids.append(kid)
                last = kid
        return self._make(la, bounds, kids)

    def _merge_wide(self, op: Binary, wide: int, small: int, slices: _Slices) -> int:
        """The same where `wide` has many more kids: walk the few intervals of `small`, copying slices of `wide` where nothing happens to them."""
        cuts, wide_kids = self.bounds[wide], self.kids[wide]
        bounds: list[int] = []
        kids: list[int] = []

        def put(at: int, kid: int) -> None:
            if not kids:
                kids.append(kid)
            elif kids[-1] != kid:
                bounds.append(at)
                kids.append(kid)

        at, start = 0, 0
        for end, small_kid in zip((*self.bounds[small], None), self.kids[small], strict=True):
            stop = len(cuts) if end is None else bisect_left(cuts, end)
            action = slices[small_kid] if small_kid <= 1 else _WORK
            if action == _COPY:
                put(at, wide_kids[start])
                bounds.extend(cuts[start:stop])
                kids.extend(wide_kids[start + 1 : stop + 1])
            elif action == _WORK:
                for i in range(start, stop + 1):
                    put(at if i == start else cuts[i - 1], op(wide_kids[i], small_kid))
            else:
                put(at, action)
            if end is not None:
                at, start = end, bisect_right(cuts, end)
        return self._make(self.level[wide], bounds, kids)

    def drop(self, node: int, levels: frozenset[int]) -> int:
        """The points of `node` without these coordinates: those that have some value of them there."""
        memo = self._dropped.setdefault(levels, {})
        deepest = max(levels, default=-1)

        def go(n: int) -> int:
            level = self.level[n]
            if level > deepest:
                return n
            done = memo.get(n)
            if done is None:
                kids = self.kids[n]
                if level in levels:
                    done = self.any_of([go(kid) for kid in set(kids)])
                else:
                    done = self._squeeze(level, self.bounds[n], [go(kid) for kid in kids])
                memo[n] = done
            return done

        return go(node)

    def fix(self, node: int, level: int, value: int) -> int:
        """The points of `node` with that value there, without that coordinate."""
        memo: dict[int, int] = {}

        def go(n: int) -> int:
            if self.level[n] > level:
                return n
            if self.level[n] == level:
                return self.kids[n][bisect_right(self.bounds[n], value)]
            done = memo.get(n)
            if done is None:
                done = memo[n] = self._squeeze(self.level[n], self.bounds[n], [go(kid) for kid in self.kids[n]])
            return done

        return go(node)

    # ---------------------------------------------------------------- looking
    def holds(self, node: int, point: Mapping[int, int]) -> bool:
        """Is the point, which has every coordinate that matters, in it?"""
        while node > 1:
            node = self.kids[node][bisect_right(self.bounds[node], point[self.level[node]])]
        return node == 1

    def intervals(self, node: int) -> Iterator[tuple[int, int, int]]:
        """(lo, hi, kid) of an inner node."""
        lo = 0
        for bound, kid in zip((*self.bounds[node], self.tops[self.level[node]] + 1), self.kids[node], strict=True):
            yield lo, bound - 1, kid
            lo = bound

    def below(self, node: int) -> set[int]:
        """The inner nodes of the diagram, itself included."""
        seen: set[int] = set()
        todo = [node]
        while todo:
            n = todo.pop()
            if n > 1 and n not in seen:
                seen.add(n)
                todo.extend(self.kids[n])
        return seen

    def support(self, node: int) -> set[int]:
        """The levels that matter."""
        return {self.level[n] for n in self.below(node)}

    def witness(self, node: int) -> dict[int, int] | None:
        """One point, by the coordinates that matter to it; None of the empty set."""
        point: dict[int, int] = {}
        while node > 1:
            lo, _, kid = next(part for part in self.intervals(node) if part[2])
            point[self.level[node]] = lo
            node = kid
        return point if node else None

    def values(self, node: int, level: int) -> Parts:
        """The values that one coordinate has in it."""
        everything = ((0, self.tops[level]),)
        seen: set[int] = set()
        parts: list[tuple[int, int]] = []
        todo = [node]
        while todo:
            n = todo.pop()
            if n == 0 or n in seen:
                continue
            seen.add(n)
            if self.level[n] > level:
                return everything
            if self.level[n] == level:
                parts += [(lo, hi) for lo, hi, kid in self.intervals(n) if kid]
            else:
                todo.extend(self.kids[n])
        return union(parts)

    def boxes(self, node: int) -> Iterator[dict[int, Parts]]:
        """Disjoint products that make it up; equal kids of a node are taken together."""
        todo: list[tuple[int, dict[int, Parts]]] = [(node, {})]
        while todo:
            n, box = todo.pop()
            if n == 1:
                yield box
            elif n:
                todo.extend((kid, {**box, self.level[n]: parts}) for kid, parts in reversed(self._groups(n).items()))

    def count_boxes(self, node: int) -> int:
        """How many `boxes` gives."""
        counts = {0: 0, 1: 1}
        for n in sorted(self.below(node), key=self.level.__getitem__, reverse=True):
            counts[n] = sum(counts[kid] for kid in set(self.kids[n]))
        return counts[node]

    def _groups(self, node: int) -> dict[int, Parts]:
        """Kid -> the values that lead there, of the kids that are not empty."""
        groups: dict[int, list[tuple[int, int]]] = {}
        for lo, hi, kid in self.intervals(node):
            if kid:
                groups.setdefault(kid, []).append((lo, hi))
        return {kid: tuple(parts) for kid, parts in groups.items()}

    def count(self, node: int, levels: Iterable[int]) -> int:
        """How many points it has over exactly these coordinates, which must contain all that matter."""
        order = sorted(levels)
        above = [1]  # above[i]: the points of the first i coordinates
        for level in order:
            above.append(above[-1] * (self.tops[level] + 1))
        place = {level: i for i, level in enumerate(order)} | {_LEAF: len(order)}
        counts = {0: 0, 1: 1}  # over the coordinates from the node's own on
        for n in sorted(self.below(node), key=self.level.__getitem__, reverse=True):
            here = place[self.level[n]] + 1
            counts[n] = sum((hi - lo + 1) * counts[kid] * (above[place[self.level[kid]]] // above[here])
                            for lo, hi, kid in self.intervals(n) if kid)  # fmt: skip
        return counts[node] * above[place[self.level[node]]]
