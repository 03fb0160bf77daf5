"""hbh: the hop-by-hop options of IPv6."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Match, fact
from iptsim.predicate import Pred, Unknown, both


def _options(text: str) -> str:
    if not re.fullmatch(r"[0-9]+(:[0-9]+)?(,[0-9]+(:[0-9]+)?)*", text):
        raise ValueError(f"{text!r} is not a list of types or TYPE:LENGTH")
    return text


OPTIONS = values.samples("a list of types or TYPE:LENGTH", _options, str, "1", "1,2:3")
LENGTH = values.NUMBER


class Hbh(Match, name="hbh"):
    """Compare the hop-by-hop options header of an IPv6 packet: that it is there, how long it is, what it holds. No flow says it."""

    families = (6,)

    length = fact("--hbh-len", LENGTH, "the length of the hop-by-hop header is {}", "hbh-len", negatable=True)
    holds = fact("--hbh-opts", OPTIONS, "the list of hop-by-hop options is {}", "hbh-opts")

    def asks(self) -> Pred:
        return both(Unknown("extension headers are not part of a flow", ("hbh-header",)), super().asks())
