"""dst: the destination options of IPv6."""

from __future__ import annotations

from iptsim.extension import Match, fact
from iptsim.matches.hbh import LENGTH, OPTIONS
from iptsim.predicate import Pred, Unknown, both


class Dst(Match, name="dst"):
    """Compare the destination options header of an IPv6 packet: that it is there, how long it is, what it holds. No flow says it."""

    families = (6,)

    length = fact("--dst-len", LENGTH, "the length of the destination options header is {}", "dst-len", negatable=True)
    holds = fact("--dst-opts", OPTIONS, "the list of destination options is {}", "dst-opts")

    def asks(self) -> Pred:
        return both(Unknown("extension headers are not part of a flow", ("dst-header",)), super().asks())
