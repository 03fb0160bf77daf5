"""SNAT: rewrite the source."""

from __future__ import annotations

from iptsim.effect import Effect, Translate
from iptsim.extension import Option, Place, Target
from iptsim.translation import DESTINATION, WITH_PORTS


class Snat(Target, name="SNAT"):
    """Rewrite the source of a new connection, and so of every later packet in it (nf_nat_core.c)."""

    tables = ("nat",)
    hooks = ("POSTROUTING", "INPUT")
    conntrack = True

    to = Option("--to-source", DESTINATION, says="the source becomes {}", required=True)
    random = Option("--random", None, says="the port is chosen at random")
    random_fully = Option("--random-fully", None, says="the port is chosen wholly at random")
    persistent = Option("--persistent", None, says="the choice is the same for every destination of a client")

    def place(self) -> Place:
        return super().place()._replace(protocols=WITH_PORTS if self.get(Snat.to).ports else ())

    @property
    def effect(self) -> Effect:
        to = self.get(Snat.to)
        address = ("range", *to.addresses) if to.addresses else None
        random = self.has(Snat.random) or self.has(Snat.random_fully)
        return Translate("src", address, to.ports, to.base, random, self.has(Snat.persistent))
