"""MASQUERADE: the source becomes an address of the interface it leaves by."""

from __future__ import annotations

from iptsim.effect import Effect, Translate
from iptsim.extension import Option, Place, Target
from iptsim.translation import NAT_PORTS, WITH_PORTS


class Masquerade(Target, name="MASQUERADE"):
    """Rewrite the source to an address of the interface that the packet leaves by. nf_nat_masquerade.c picks one in the network of the next hop."""

    tables = ("nat",)
    hooks = ("POSTROUTING",)
    conntrack = True

    ports = Option("--to-ports", NAT_PORTS, says="the source port becomes {}")
    random = Option("--random", None, says="the port is chosen at random")
    random_fully = Option("--random-fully", None, says="the port is chosen wholly at random")

    def place(self) -> Place:
        return super().place()._replace(protocols=WITH_PORTS if self.has(Masquerade.ports) else ())

    @property
    def effect(self) -> Effect:
        random = self.has(Masquerade.random) or self.has(Masquerade.random_fully)
        return Translate("src", "interface", self.get(Masquerade.ports), random=random)
