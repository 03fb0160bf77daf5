"""ttl: how many more hops an IPv4 packet may go."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, equals
from iptsim.predicate import Test, ranges

BYTE = values.number(255)


def below(value: int) -> Test:
    """The TTL (IPv6: hop limit) is less than `value`."""
    return Test("ttl", ranges([(0, value - 1)]))


def above(value: int) -> Test:
    """The TTL (IPv6: hop limit) is more than `value`."""
    return Test("ttl", ranges([(value + 1, 255)]))


class Ttl(Match, name="ttl"):
    """Compare the TTL as it is at the hook: in FORWARD and POSTROUTING a forwarded packet has lost one already."""

    families = (4,)

    eq = Option("--ttl-eq", BYTE, equals("ttl"), "the TTL is {}", ("--ttl",), True, excludes=("--ttl-lt", "--ttl-gt"))
    lt = Option("--ttl-lt", BYTE, below, "the TTL is under {}", excludes=("--ttl-eq", "--ttl-gt"))
    gt = Option("--ttl-gt", BYTE, above, "the TTL is over {}", excludes=("--ttl-eq", "--ttl-lt"))

    def problem(self) -> str | None:
        return None if self.given else "ttl needs --ttl-eq, --ttl-lt or --ttl-gt"
