"""CONNMARK: set the connection's mark, or copy it from or to the packet's."""

from __future__ import annotations

from typing import Any, Literal

from iptsim import values
from iptsim.effect import Assign, CopyMark, Effect, Mystery
from iptsim.extension import Given, Option, Target
from iptsim.targets.mark import CHANGES, change

SETS = tuple(f"{start}mark" for start in CHANGES)
COPIES = ("--save-mark", "--restore-mark")
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
    nfmask = Option("--nfmask", MASK, says="the bits of the packet's mark are {}", needs=COPIES)
    ctmask = Option("--ctmask", MASK, says="the bits of the connection's mark are {}", needs=COPIES)
    mask = Option("--mask", MASK, says="the bits of both marks are {}", needs=COPIES, excludes=("--nfmask", "--ctmask"))
    left = Option("--left-shift-mark", BITS, says="the mark is shifted left by {}", excludes=("--right-shift-mark",))
    right = Option("--right-shift-mark", BITS, says="the mark is shifted right by {}", excludes=("--left-shift-mark",))

    @property
    def _copies(self) -> bool:
        return self.has(Connmark.save_mark) or self.has(Connmark.restore_mark)

    def problem(self) -> str | None:
        return None if self._copies or self._set else "CONNMARK needs one of --set-xmark, --save-mark, --restore-mark and their like"

    @property
    def _set(self) -> tuple[int, int] | None:
        return next((row.value for row in self.given if row.option.saved == "--set-xmark"), None)

    def _mask(self, row: Option) -> int:
        mask: int = self.get(row, self.get(Connmark.mask, ALL))
        return mask

    def implied(self) -> tuple[Given, ...]:
        rows: Any = (Connmark.nfmask, Connmark.ctmask) if self._copies else ()
        return tuple(Given(row, self._mask(row)) for row in rows if not self.has(row))

    def words(self) -> str:
        """--mask is saved as what it stands for."""
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
        # a shift moves the bits that were kept too, which no Assign says; where none are kept, the new mark is a number
        return Assign("connmark", (value << shift if shift > 0 else value >> -shift) & ALL, ALL) if mask == ALL else Mystery("CONNMARK")
