"""TCPOPTSTRIP: take options out of a TCP header."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target

NAMES = {"wscale": 3, "mss": 2, "sack-permitted": 4, "sack": 5, "timestamp": 8, "md5": 19}


def _options(text: str) -> tuple[int, ...]:
    kind = values.named(NAMES, f"one of {', '.join(NAMES)} or a number", 255)
    return tuple(sorted({kind.read(word) for word in text.split(",")}))


OPTIONS = values.samples("a list of TCP options", _options, lambda kinds: ",".join(map(str, kinds)), "4,5", "timestamp")


class Tcpoptstrip(Target, name="TCPOPTSTRIP"):
    """Overwrite options of a TCP header with padding; the next rule follows."""

    tables = ("mangle",)
    protocols = (6,)

    options_out = Option("--strip-options", OPTIONS, says="the TCP options taken out are {}")

    @property
    def effect(self) -> Effect:
        return Continue("TCP options taken out")
