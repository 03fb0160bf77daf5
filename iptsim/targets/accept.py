"""ACCEPT: done with this table."""

from __future__ import annotations

from iptsim.effect import Accept as AcceptEffect
from iptsim.effect import Effect
from iptsim.extension import Target


class Accept(Target, name="ACCEPT"):
    """End this table's traversal at this hook; the packet goes on to the next table."""

    @property
    def effect(self) -> Effect:
        return AcceptEffect()
