"""DSCP: set the six DiffServ bits."""

from __future__ import annotations

from iptsim.effect import Assign, Effect
from iptsim.extension import Option, Target
from iptsim.matches.dscp import DSCP, DSCP_CLASS


class Dscp(Target, name="DSCP"):
    """Set the six upper bits of the TOS byte (IPv6: traffic class); the next rule follows."""

    tables = ("mangle",)

    dscp = Option("--set-dscp", DSCP, says="the DSCP becomes {}", excludes=("--set-dscp-class",))
    dscp_class = Option("--set-dscp-class", DSCP_CLASS, says="the DSCP becomes {}", excludes=("--set-dscp",), saved="--set-dscp")

    def problem(self) -> str | None:
        return None if self.given else "DSCP needs --set-dscp or --set-dscp-class"

    @property
    def effect(self) -> Effect:
        return Assign("tos", self.given[0].value << 2, 0xFC)
