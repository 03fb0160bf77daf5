"""REDIRECT: to this host itself."""

from __future__ import annotations

from iptsim.effect import Effect, Translate
from iptsim.extension import Option, Place, Target
from iptsim.translation import NAT_PORTS, WITH_PORTS


class Redirect(Target, name="REDIRECT"):
    """Rewrite the destination to this host: the first address of the interface it came in by; for its own packets, the loopback address."""

    tables = ("nat",)
    hooks = ("PREROUTING", "OUTPUT")
    conntrack = True

    ports = Option("--to-ports", NAT_PORTS, says="the destination port becomes {}")
    random = Option("--random", None, says="the port is chosen at random")

    def place(self) -> Place:
        return super().place()._replace(protocols=WITH_PORTS if self.has(Redirect.ports) else ())

    @property
    def effect(self) -> Effect:
        return Translate("dst", "interface", self.get(Redirect.ports), random=self.has(Redirect.random))
