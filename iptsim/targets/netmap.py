"""NETMAP: one network onto another, host by host."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Effect, Translate
from iptsim.extension import Option, Target


class Netmap(Target, name="NETMAP"):
    """Replace the network part of an address: of the destination in PREROUTING and OUTPUT, of the source in POSTROUTING and INPUT."""

    tables = ("nat",)
    hooks = ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING")
    conntrack = True

    to = Option("--to", values.NET, says="the network becomes {}", required=True)

    @property
    def effect(self) -> Effect:
        to = self.get(Netmap.to)
        return Translate("hook", ("prefix", to.value, to.mask))
