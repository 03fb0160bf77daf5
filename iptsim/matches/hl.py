"""hl: how many more hops an IPv6 packet may go."""

from __future__ import annotations

from iptsim.extension import Match, Option, equals
from iptsim.matches.ttl import BYTE, above, below


class Hl(Match, name="hl"):
    """Compare the hop limit as it is at the hook: in FORWARD and POSTROUTING a forwarded packet has lost one already."""

    families = (6,)

    eq = Option("--hl-eq", BYTE, equals("ttl"), "the hop limit is {}", (), True, excludes=("--hl-lt", "--hl-gt"))
    lt = Option("--hl-lt", BYTE, below, "the hop limit is under {}", excludes=("--hl-eq", "--hl-gt"))
    gt = Option("--hl-gt", BYTE, above, "the hop limit is over {}", excludes=("--hl-eq", "--hl-lt"))

    def problem(self) -> str | None:
        return None if self.given else "hl needs --hl-eq, --hl-lt or --hl-gt"
