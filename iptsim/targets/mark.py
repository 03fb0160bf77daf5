"""MARK: set the packet's mark."""

from __future__ import annotations

from collections.abc import Callable

from iptsim import values
from iptsim.effect import Assign, Effect
from iptsim.extension import Option, Target
from iptsim.values import Value

# What becomes of the bits is (bits & ~mask) ^ value: --set-x… gives both, the rest are ways to write it (libxt_MARK.c).
CHANGES: dict[str, Callable[[int, int, int], tuple[int, int]]] = {
    "--set-x": lambda value, mask, top: (value, mask),
    "--set-": lambda value, mask, top: (value, value | mask),
    "--and-": lambda value, mask, top: (0, value ^ top),
    "--or-": lambda value, mask, top: (value, value),
    "--xor-": lambda value, mask, top: (value, 0),
}
XMARK = values.masked(always_mask=True)


def change(start: str, word: str, whole: Value = XMARK, top: int = 0xFFFFFFFF, saved: str = "--set-xmark") -> Option:
    """A row like `--or-mark BITS` that is saved as `--set-xmark VALUE/MASK`."""

    def read(text: str) -> tuple[int, int]:
        if "/" in text and not start.startswith("--set"):
            raise ValueError(f"{text!r} is not a number")
        value, mask = whole.read(text)
        return CHANGES[start](value, mask, top)

    flags = tuple(f"{other}{word}" for other in CHANGES if other != start)
    kind = whole.kind if start.startswith("--set") else ("number", 0, top)
    shape = Value(whole.name, read, whole.save, kind=kind)
    return Option(f"{start}{word}", shape, says="the mark becomes {}", excludes=flags, saved=saved)


class Mark(Target, name="MARK"):
    """Change the packet's mark, a number that travels with it on this host; the next rule sees the new one."""

    set_xmark = change("--set-x", "mark")
    set_mark = change("--set-", "mark")
    and_mark = change("--and-", "mark")
    or_mark = change("--or-", "mark")
    xor_mark = change("--xor-", "mark")

    def problem(self) -> str | None:
        return None if self.given else "MARK needs one of --set-xmark, --set-mark, --and-mark, --or-mark, --xor-mark"

    @property
    def effect(self) -> Effect:
        return Assign("mark", *self.given[0].value)
