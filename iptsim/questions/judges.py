"""Judges over sets of packets: one follows every packet, one follows a single way through a case and so finds a witness for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from iptsim.predicate import NO, YES, Pred, holds
from iptsim.spaces.space import NOTHING, Space, World
from iptsim.walk.group import Group


class AllPackets:
    """Splits a group where its packets part."""

    records = False
    forks = True

    def __init__(self, world: World) -> None:
        self.world = world
        self.unions: dict[tuple[object, ...], int] = {}

    def split(self, group: Group, pred: Pred) -> tuple[Group | None, Group | None]:
        truth = holds(pred, group.now)
        if truth is YES:
            return group, None
        if truth is NO:
            return None, group
        return self.cut(group, self.world.space(pred, group.now))

    def cut(self, group: Group, node: int) -> tuple[Group | None, Group | None]:
        diagrams = self.world.diagrams
        inside = diagrams.keep(group.where, node)
        if inside == NOTHING:
            return None, group
        if inside == group.where:
            return group, None
        return replace(group, where=inside), replace(group, where=diagrams.minus(group.where, inside))

    def join(self, a: int, b: int) -> int:
        return self.world.diagrams.join(a, b)

    def any_of(self, preds: Sequence[Pred], group: Group) -> int:
        truths = [(pred, holds(pred, group.now)) for pred in preds]
        return self.world.diagrams.any_of([self.world.space(pred, group.now) for pred, truth in truths if truth is not NO])


class OneWay(AllPackets):
    """Follows one side of every fork, the one that a first, ordinary packet would take, and keeps the steps."""

    records = True

    def __init__(self, world: World, firsts: Mapping[str, bool | None]) -> None:
        super().__init__(world)
        self.firsts = firsts

    def split(self, group: Group, pred: Pred) -> tuple[Group | None, Group | None]:
        yes, no = super().split(group, pred)
        if yes is None or no is None:
            return yes, no
        truth = holds(pred, {**self.firsts, **group.now})
        if truth is YES or truth is NO:
            return (yes, None) if truth is YES else (None, no)
        likely = Space(self.world, group.where).example({})
        return (None, no) if Space(self.world, yes.where).contains(likely) is NO else (yes, None)
