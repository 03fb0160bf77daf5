"""DNAT: rewrite the destination."""

from __future__ import annotations

from iptsim.effect import Effect, Translate
from iptsim.extension import Option, Place, Target
from iptsim.translation import DESTINATION, WITH_PORTS


class Dnat(Target, name="DNAT"):
    """Rewrite the destination of a new connection, and so of every later packet in it (nf_nat_core.c)."""

    tables = ("nat",)
    hooks = ("PREROUTING", "OUTPUT")
    conntrack = True

    to = Option("--to-destination", DESTINATION, says="the destination becomes {}", required=True)
    random = Option("--random", None, says="the port is chosen at random")
    persistent = Option("--persistent", None, says="the choice is the same for every destination of a client")

    def place(self) -> Place:
        return super().place()._replace(protocols=WITH_PORTS if self.get(Dnat.to).ports else ())

    @property
    def effect(self) -> Effect:
        to = self.get(Dnat.to)
        address = ("range", *to.addresses) if to.addresses else None
        return Translate("dst", address, to.ports, to.base, self.has(Dnat.random), self.has(Dnat.persistent))
