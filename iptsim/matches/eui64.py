"""eui64: an IPv6 source made from the Ethernet address."""

from __future__ import annotations

from iptsim.extension import Match
from iptsim.predicate import Pred, Unknown


class Eui64(Match, name="eui64"):
    """Ask whether the lower half of the IPv6 source was made from the Ethernet address that the packet came from."""

    families = (6,)
    hooks = ("PREROUTING", "INPUT", "FORWARD")

    def asks(self) -> Pred:
        return Unknown("it is not known whether the source was made from the MAC address", ("eui64",), ("src", "mac_source"))
