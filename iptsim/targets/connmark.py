"""CONNMARK: set the connection's mark, or copy it from or to the packet's."""

from __future__ import annotations

from typing import Any, Literal

from iptsim import values
from iptsim.effect import Assign, CopyMark, Effect
from iptsim.extension import Given, Option, Target
from iptsim.targets.mark import CHANGES, change

SETS = tuple(f"{start}mark" for start in CHANGES)
MASK = values.hexadecimal(0xFFFFFFFF)
ALL = 0xFFFFFFFF
BITS = values.number(31)


class Connmark(Target, name="CONNMARK"):
    """Change the mark that conntrack keeps for the connection, save the packet's mark to it, or restore it from there.

    xt_connmark.c: save is ctmark = (ctmark & ~ctmask) ^ (nfmark & nfmask), restore is nfmark = (nfmark & ~nfmask) ^ (ctmark & ctmask).
    """

    conntrack = True

    set_xmark = change("--set-x", "mark")
    set_mark = change("--set-", "mark")
    and_mark = change("--and-", "mark")
    or_mark = change("--or-", "mark")
    xor_mark = change("--xor-", "mark")
    save_mark = Option("--save-mark", None, says="the packet's mark is saved to the connection", excludes=(*SETS, "--restore-mark"))
    restore_mark = Option("--restore-mark", None, says="the packet's mark is restored from the connection", excludes=(*SETS, "--save-mark"))
    nfmask = Option("--nfmask", MASK, says="the bits of the packet's mark are {}")
    ctmask = Option("--ctmask", MASK, says="the bits of the connection's mark are {}")
    mask = Option("--mask", MASK, says="the bits of both marks are {}", excludes=("--nfmask", "--ctmask"))
    left = Option("--left-shift-mark", BITS, says="the mark is shifted left by {}", default=0, excludes=("--right-shift-mark",))
    right = Option("--right-shift-mark", BITS, says="the mark is shifted right by {}", default=0, excludes=("--left-shift-mark",))

    @property
    def _copies(self) -> bool:
        return self.has(Connmark.save_mark) or self.has(Connmark.restore_mark)

    def problem(self) -> str | None:
        return None if self._copies or self._set else "CONNMARK needs one of --set-xmark, --save-mark, --restore-mark and their like"

    @property
    def _set(self) -> tuple[int, int] | None:
        """The value and the mask that is set under it: the last that is given counts."""
        found: tuple[int, int] | None = None
        mask: int | None = None
        for row in self.given:
            if row.option.saved == "--set-xmark":
                found, mask = row.value, row.value[1]
            elif row.option in (Connmark.ctmask, Connmark.mask):
                mask = row.value
        return (found[0], ALL if mask is None else mask) if found else None

    def _mask(self, row: Option) -> int:
        mask: int = self.get(row, self.get(Connmark.mask, ALL))
        return mask

    def implied(self) -> tuple[Given, ...]:
        rows: Any = (Connmark.nfmask, Connmark.ctmask) if self._copies else ()
        return tuple(Given(row, self._mask(row)) for row in rows if not self.has(row))

    def words(self) -> str:
        """--mask is saved as what it stands for."""
        masks = (Connmark.nfmask, Connmark.ctmask, Connmark.mask)
        if self._set and any(row.option in masks for row in self.given):
            kept = (row for row in self.given if row.option in (Connmark.left, Connmark.right))
            return Connmark((Given(Connmark.set_xmark, self._set), *kept), self.family).words()
        text = super().words()
        return text.replace(f" --mask {MASK.save(self.get(Connmark.mask))}", "") if self.has(Connmark.mask) else text

    @property
    def effect(self) -> Effect:
        shift: int = self.get(Connmark.left, 0) - self.get(Connmark.right, 0)
        if self._copies:
            way: Literal["save", "restore"] = "save" if self.has(Connmark.save_mark) else "restore"
            return CopyMark(way, self._mask(Connmark.nfmask), self._mask(Connmark.ctmask), shift)
        value, mask = self._set or (0, 0)
        if not shift:
            return Assign("connmark", value, mask)
        made = Assign("connmark", value, mask, shift)
        return Assign("connmark", made.of(0), ALL) if mask == ALL else made
