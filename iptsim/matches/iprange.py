"""iprange: addresses from one to another."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Test, ranges


class Iprange(Match, name="iprange"):
    """Compare an address with an inclusive range."""

    src_range = Option("--src-range", values.IP_RANGE, lambda v: Test("src", ranges([v[:2]])), "the source is {}", (), True)
    dst_range = Option("--dst-range", values.IP_RANGE, lambda v: Test("dst", ranges([v[:2]])), "the destination is {}", (), True)

    def problem(self) -> str | None:
        return None if self.given else "iprange needs --src-range or --dst-range"
