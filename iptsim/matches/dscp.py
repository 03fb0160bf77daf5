"""dscp: the six DiffServ bits of the TOS byte."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.names import DSCP_CLASSES
from iptsim.predicate import Masked, Pred, Test

DSCP = values.hexadecimal(63, 2)
DSCP_CLASS = values.named(DSCP_CLASSES, "a DiffServ class", save=DSCP.save)


def _dscp(value: int) -> Pred:
    return Test("tos", Masked(0xFC, value << 2))


class Dscp(Match, name="dscp"):
    """Compare the six upper bits of the TOS byte (IPv6: traffic class)."""

    dscp = Option("--dscp", DSCP, _dscp, "the DSCP is {}", (), True, excludes=("--dscp-class",))
    dscp_class = Option("--dscp-class", DSCP_CLASS, _dscp, "the DSCP is {}", (), True, excludes=("--dscp",),
                        saved="--dscp")  # fmt: skip

    def problem(self) -> str | None:
        return None if self.given else "dscp needs --dscp or --dscp-class"
