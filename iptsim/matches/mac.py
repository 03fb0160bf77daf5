"""mac: the Ethernet address it came from."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Name, Not, Test, both, one


class Mac(Match, name="mac"):
    """Compare the source address of the Ethernet frame.

    xt_mac.c: a packet that came in by another kind of link fails, `!` or not. Only lo is known to be one; every other interface is taken for
    Ethernet.
    """

    hooks = ("PREROUTING", "INPUT", "FORWARD")
    requires = both(*(Not(Test("in_interface", Name(name))) for name in ("", "lo")))

    source = Option("--mac-source", values.MAC, lambda mac: Test("mac_source", one(mac)), "the source MAC address is {}", (), True, required=True)
