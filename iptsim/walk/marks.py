"""Marks: MARK and CONNMARK set bits, CONNMARK exchanges them (xt_mark.c; xt_connmark.c, connmark_tg_shift)."""

from __future__ import annotations

from dataclasses import replace

from iptsim.effect import Assign, CopyMark
from iptsim.errors import OverBudget
from iptsim.names import INVALID, UNTRACKED
from iptsim.predicate import Masked, Ranges, Test, ranges
from iptsim.reading import Bit
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group, as_reading, assigned, bits_of, plus

_SPLITS = 8  # unknown bits, each of which doubles the groups
# a packet without a connection has no connmark: the target does nothing
_NO_CONNECTION = Test("ctstate", Ranges(((INVALID, UNTRACKED),)))


def assign(engine: Engine, group: Group, what: Assign) -> list[Group]:
    """The groups after field = (field & ~mask) ^ value. Other fields than marks are plain numbers, or become open where bits are kept."""
    if what.also is not None:
        return [done for part in assign(engine, group, what.also) for done in assign(engine, part, replace(what, also=None))]
    if what.field == "connmark":
        without, having = engine.split(group, _NO_CONNECTION)
        return [part for part in (without, having and _assigned(engine, having, what)) if part is not None]
    return [_assigned(engine, group, what)]


def _assigned(engine: Engine, group: Group, what: Assign) -> Group:
    reading = group.read(what.field)
    if what.field in ("mark", "connmark"):
        bits = bits_of(what.field, assigned(what.field, reading, what.value, what.mask))
        return group.rewrite(**{what.field: as_reading(what.field, tuple(_shifted(list(bits), what.shift)))})
    if isinstance(reading, int):
        return group.rewrite(**{what.field: what.of(reading)})
    whole = what.mask == 0xFF
    return group.rewrite(**{what.field: what.value if whole else engine.open(f"{what.field} after {what.value:#x}/{what.mask:#x}", what.field)})


def raised(engine: Engine, group: Group, name: str, by: int) -> list[Group]:
    """The groups after a field was raised by `by` and kept within 0 to 255."""
    reading = group.read(name)
    if isinstance(reading, int):
        return [group.rewrite(**{name: min(255, max(0, reading + by))})]
    edge, limit = (ranges([(255 - by + 1, 255)]), 255) if by > 0 else (ranges([(0, -by - 1)]), 0)
    stuck, rest = engine.split(group, Test(name, edge))
    out = [] if stuck is None else [stuck.rewrite(**{name: limit})]
    return out if rest is None else [*out, rest.rewrite(**{name: plus(rest.read(name), by)})]


def exchange(engine: Engine, group: Group, what: CopyMark) -> list[Group]:
    """The groups after `what`.

    save: ct = (ct & ~ctmask) ^ (mark & nfmask), restore: mark = (mark & ~nfmask) ^ (ct & ctmask), the copied side shifted. Where two
    unknown bits would have to be added the group splits by one of them, so that the result stays exact.
    """
    without, having = engine.split(group, _NO_CONNECTION)
    out = [without] if without is not None else []
    return out + (_exchanged(engine, having, what) if having is not None else [])


def _exchanged(engine: Engine, group: Group, what: CopyMark) -> list[Group]:
    source, target = ("mark", "connmark") if what.direction == "save" else ("connmark", "mark")
    keep, clear = (what.nfmask, what.ctmask) if what.direction == "save" else (what.ctmask, what.nfmask)
    coming = _shifted([bit if keep >> n & 1 else 0 for n, bit in enumerate(bits_of(source, group.read(source)))], what.shift)
    staying = [0 if clear >> n & 1 else bit for n, bit in enumerate(bits_of(target, group.read(target)))]
    clashes = [n for n in range(32) if isinstance(coming[n], Bit) and isinstance(staying[n], Bit)]
    if len(clashes) > _SPLITS:
        raise OverBudget("the question is too wide: give the mark, or the connection's mark")
    if clashes:
        clash = clashes[0]
        out = []
        # the bit is one of the packet as it arrived, whatever became of the field since
        for part, value in zip(engine.split(replace(group, now={}), _is_set(staying[clash])), (1, 0), strict=True):
            if part is not None:
                fixed = list(bits_of(target, group.read(target)))
                fixed[clash] = value
                out += _exchanged(engine, replace(part, now=group.now).rewrite(**{target: as_reading(target, tuple(fixed))}), what)
        return out
    literals = tuple(_xor(a, b) for a, b in zip(staying, coming, strict=True))
    return [group.rewrite(**{target: as_reading(target, literals)})]


def _shifted(bits: list[int | Bit], by: int) -> list[int | Bit]:
    return [bits[n - by] if 0 <= n - by < 32 else 0 for n in range(32)]


def _xor(a: int | Bit, b: int | Bit) -> int | Bit:
    if isinstance(a, int) and isinstance(b, int):
        return a ^ b
    number, bit = (a, b) if isinstance(a, int) else (b, a)
    assert isinstance(number, int)
    assert isinstance(bit, Bit)
    return Bit(bit.field, bit.index, bit.flipped ^ bool(number))


def _is_set(bit: int | Bit) -> Test:
    assert isinstance(bit, Bit)
    mask = 1 << bit.index
    return Test(bit.field, Masked(mask, 0 if bit.flipped else mask))
