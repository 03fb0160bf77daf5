"""iprange: addresses from one to another."""

from __future__ import annotations

from dataclasses import replace

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Test, ranges


def _range(text: str) -> tuple[int, int, int]:
    """One that is backwards is read: no address is in it."""
    first, dash, last = text.partition("-")
    low, high = values.ip_range(first), values.ip_range(last if dash else first)
    if low[2] != high[2]:
        raise ValueError(f"{text!r} mixes IPv4 and IPv6")
    return low[0], high[0], low[2]


RANGE = replace(values.IP_RANGE, read=_range)


class Iprange(Match, name="iprange"):
    """Compare an address with an inclusive range."""

    src_range = Option("--src-range", RANGE, lambda v: Test("src", ranges([v[:2]])), "the source is {}", (), True)
    dst_range = Option("--dst-range", RANGE, lambda v: Test("dst", ranges([v[:2]])), "the destination is {}", (), True)

    def problem(self) -> str | None:
        if not self.given:
            return "iprange needs --src-range or --dst-range"
        return None if all(row.value[2] == self.family for row in self.given) else f"the range is not one of IPv{self.family}"
