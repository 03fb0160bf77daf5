"""ULOG: a copy for a logging program, the older way."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Ulog(Target, name="ULOG"):
    """Hand a copy of the packet to the program that listens on --ulog-nlgroup; the next rule follows. Kernels since 3.17 have NFLOG only."""

    families = (4,)

    prefix = Option("--ulog-prefix", values.text(31, "a log prefix"), says="the prefix is {}")
    group = Option("--ulog-nlgroup", values.number(32, 1), says="the group is {}", default=1)
    bytes = Option("--ulog-cprange", values.number(65535), says="the bytes copied are {}", default=0)
    threshold = Option("--ulog-qthreshold", values.number(50, 1), says="the number sent together is {}", default=1)

    @property
    def effect(self) -> Effect:
        return Continue("logged")
