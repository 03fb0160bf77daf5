"""icmp: the type and code of an ICMP message."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries
from iptsim.predicate import ALWAYS, Pred, Test, both, one, ranges


def _type(value: tuple[int, int, int]) -> Pred:
    """Type 255 is `any` (icmp_type_code_match in ip_tables.c)."""
    return ALWAYS if value[0] == 255 else type_and_code(value)


def type_and_code(value: tuple[int, int, int]) -> Pred:
    """The message is of that type, with a code in that range."""
    kind, low, high = value
    code = () if (low, high) == (0, 255) else (Test("icmp_code", ranges([(low, high)])),)
    return both(Test("icmp_type", one(kind)), *code)


class Icmp(Match, name="icmp"):
    """Compare the type of an ICMP message, and with /CODE its code. A later fragment never matches, `!` or not."""

    families = (4,)
    protocols = (1,)
    requires = carries(1)

    type = Option("--icmp-type", values.ICMP, _type, "the ICMP type is {}", (), True, required=True)
