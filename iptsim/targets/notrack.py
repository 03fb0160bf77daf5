"""NOTRACK: conntrack is not to see the packet."""

from __future__ import annotations

from iptsim.effect import Effect, Untrack
from iptsim.extension import Target


class Notrack(Target, name="NOTRACK"):
    """Leave the packet out of conntrack: UNTRACKED from here on, without NAT. `-j CT --notrack` by its older name."""

    tables = ("raw",)
    hooks = ("PREROUTING", "OUTPUT")

    @property
    def effect(self) -> Effect:
        return Untrack()
