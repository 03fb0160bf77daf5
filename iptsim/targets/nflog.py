"""NFLOG: a copy for a logging program."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Nflog(Target, name="NFLOG"):
    """Hand a copy of the packet to the program that listens on --nflog-group; the next rule follows."""

    prefix = Option("--nflog-prefix", values.text(63, "a log prefix"), says="the prefix is {}")
    group = Option("--nflog-group", values.number(65535), says="the group is {}", default=0)
    bytes = Option("--nflog-range", values.NUMBER, says="the bytes copied are {}", default=0, excludes=("--nflog-size",))
    size = Option("--nflog-size", values.NUMBER, says="the bytes copied are {}", excludes=("--nflog-range",))
    threshold = Option("--nflog-threshold", values.number(65535), says="the number sent together is {}", default=0)

    @property
    def effect(self) -> Effect:
        return Continue("logged")
