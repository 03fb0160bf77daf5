"""DNPT: another prefix for the destination."""

from __future__ import annotations

from iptsim.targets.snpt import Snpt


class Dnpt(Snpt, name="DNPT"):
    """Put one IPv6 prefix in the place of another in the destination, without conntrack; the next rule follows."""

    hooks = ("PREROUTING", "OUTPUT")
    side = "dst"
