"""Routes, looked up for packets; and packets that end where no rule says so."""

from __future__ import annotations

from iptsim.host import Route
from iptsim.predicate import And, Name, Pred, Test
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group


def look_up(engine: Engine, group: Group, back: bool = False) -> list[tuple[Group, Route | None]]:
    """(group, the route it takes); None where no row says. `back`: only the rows count that lead to the interface that it came in by."""
    out: list[tuple[Group, Route | None]] = []
    rest: Group | None = group
    for row in engine.setting.rows:
        if rest is None:
            return out
        hit, rest = engine.split(rest, And((row.when, Test("in_interface", Name(row.out)))) if back else row.when)
        if hit is not None:
            engine.setting.use(row)
            out.append((hit, row))
    return out if rest is None else [*out, (rest, None)]


def without(engine: Engine, group: Group, name: str, pred: Pred, note: str) -> Group | None:
    lost, rest = engine.split(group, pred)
    if lost is not None:
        engine.lost(lost, name, note)
    return rest
