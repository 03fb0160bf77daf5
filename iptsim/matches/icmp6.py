"""icmp6: the type and code of an ICMPv6 message."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries
from iptsim.matches.icmp import type_and_code


class Icmp6(Match, name="icmp6"):
    """Compare the type of an ICMPv6 message, and with /CODE its code. Unlike ICMP, 255 is a type like any other."""

    families = (6,)
    protocols = (58,)
    requires = carries(58)

    type = Option("--icmpv6-type", values.ICMPV6, type_and_code, "the ICMPv6 type is {}", ("--icmp6-type",), True, required=True)

    def save(self) -> str:
        """`-m icmpv6` is saved as icmp6, the kernel's name for it."""
        return f"-m icmp6 {self.words()}".rstrip()
