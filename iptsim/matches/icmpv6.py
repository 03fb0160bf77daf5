"""icmpv6: another name for icmp6."""

from __future__ import annotations

from iptsim.matches.icmp6 import Icmp6


class Icmpv6(Icmp6, name="icmpv6"):
    """The type of an ICMPv6 message, under the name that people write by hand."""
