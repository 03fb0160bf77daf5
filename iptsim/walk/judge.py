"""Who decides where a group's packets part: for one packet its fields, for all packets the sets they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from iptsim.packet import FIELDS
from iptsim.predicate import And, Not, Or, Pred, Test, Truth, Unknown, atom_name, holds
from iptsim.reading import Open
from iptsim.walk.group import Group


class Undecided(Exception):
    """The packet alone does not decide; `reasons` say what would have to be known. Never leaves the walk."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


class Judge(Protocol):
    """Splits groups. `records`: steps are kept; `forks`: it follows both sides of an unknown; `unions` is its memo of
    the sets that blocks of rules match."""

    records: bool
    forks: bool
    unions: dict[tuple[object, ...], int]

    def split(self, group: Group, pred: Pred) -> tuple[Group | None, Group | None]:
        """Those for which `pred` holds, and those for which it does not; None for nobody."""

    def join(self, a: int, b: int) -> int:
        """The set of both."""

    def any_of(self, preds: Sequence[Pred], group: Group) -> int:
        """The set for which one of them holds, as the group's packets are now."""

    def cut(self, group: Group, node: int) -> tuple[Group | None, Group | None]:
        """Those of the group that are in the set, and the others."""


class OnePacket:
    """Decides by the fields of one packet; raises Undecided where they do not."""

    records = True
    forks = False

    def __init__(self) -> None:
        self.unions: dict[tuple[object, ...], int] = {}

    def split(self, group: Group, pred: Pred) -> tuple[Group | None, Group | None]:
        match holds(pred, group.now):
            case Truth.YES:
                return group, None
            case Truth.NO:
                return None, group
            case _:
                raise Undecided(missing(pred, group.now))

    def join(self, a: int, b: int) -> int:
        return a

    def any_of(self, preds: Sequence[Pred], group: Group) -> int:
        return group.where

    def cut(self, group: Group, node: int) -> tuple[Group | None, Group | None]:
        return group, None  # one packet meets every rule


def missing(pred: Pred, now: Mapping[str, object]) -> tuple[str, ...]:
    """What `pred` would have to know, as a user could give it."""
    if holds(pred, now) is not Truth.UNKNOWN:
        return ()
    if isinstance(pred, Test):
        reading = now.get(pred.field)
        if isinstance(reading, Open) and not pred.field.endswith("_type"):
            return (f"{reading.name}: it is not known ({pred.field})",)
        return (f"{FIELDS[pred.field].asked} ({pred.field})",)
    if isinstance(pred, Unknown):
        return (f"{atom_name(pred.key)}: {pred.reason}",)
    if isinstance(pred, Not):
        return missing(pred.part, now)
    assert isinstance(pred, And | Or)
    return tuple(dict.fromkeys(reason for part in pred.parts for reason in missing(part, now)))
