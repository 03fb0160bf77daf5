"""DROP: gone, without a word."""

from __future__ import annotations

from iptsim.effect import Drop as DropEffect
from iptsim.effect import Effect
from iptsim.extension import Target


class Drop(Target, name="DROP"):
    """Throw the packet away; the sender is not told. The tools refuse it in the table nat."""

    tables = ("raw", "mangle", "filter", "security")

    @property
    def effect(self) -> Effect:
        return DropEffect()
