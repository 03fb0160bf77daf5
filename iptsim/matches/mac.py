"""mac: the Ethernet address it came from."""

from __future__ import annotations

import re

from iptsim.extension import Match, Option
from iptsim.packet import mac_text
from iptsim.predicate import Name, Not, Test, both, one
from iptsim.values import Value


def _mac(text: str) -> int:
    if not re.fullmatch(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}", text):
        raise ValueError(f"{text!r} is not a MAC address")
    return int("".join(part.zfill(2) for part in text.split(":")), 16)


MAC = Value("a MAC address", _mac, mac_text, kind=("mac",))


class Mac(Match, name="mac"):
    """Compare the source address of the Ethernet frame.

    xt_mac.c: a packet that came in by another kind of link fails, `!` or not. Only lo is known to be one; every other interface is taken for
    Ethernet.
    """

    hooks = ("PREROUTING", "INPUT", "FORWARD")
    requires = both(*(Not(Test("in_interface", Name(name))) for name in ("", "lo")))

    source = Option("--mac-source", MAC, lambda mac: Test("mac_source", one(mac)), "the source MAC address is {}", (), True, required=True)
