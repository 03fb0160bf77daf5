"""What a dump does not say: interfaces, addresses, routes, ipsets, sysctls, bridges, Docker's names; and what can be inferred."""

from __future__ import annotations

from iptsim.host.host import Host
from iptsim.host.infer import Inference, infer
from iptsim.host.routing import Route

__all__ = ["Host", "Inference", "Route", "infer"]
