"""Marks of packets that come in. A packet socket cannot give one, so a rule of the harness does, before every other."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from iptsim.kernel.netlink import APPEND, Netlink, attribute, nest

TABLE, MARKED = "iptsim", "marked"
_NFTABLES, _INET, _NEW_RULE, _DELETE_RULE = 10, 1, 6, 8
_PLACE = attribute(1, TABLE.encode() + b"\0") + attribute(2, MARKED.encode() + b"\0")


@dataclass(slots=True)
class Marks:
    """The rule that marks what comes in: changed only where the mark is another."""

    netlink: Netlink
    now: int = 0

    def set(self, mark: int) -> None:
        """What comes in from now on has that mark."""
        if mark != self.now:
            self.netlink.batch(_NFTABLES, _INET, [(_DELETE_RULE, _PLACE, 0), *([(_NEW_RULE, _PLACE + _rule(mark), APPEND)] if mark else [])])
            self.now = mark


def _rule(mark: int) -> bytes:
    """`meta mark set`: the value into register 1, the register into the mark."""
    value = nest(2, attribute(1, struct.pack("!I", 1)), nest(2, attribute(1, struct.pack("=I", mark))))
    into = nest(2, attribute(2, struct.pack("!I", 3)), attribute(3, struct.pack("!I", 1)))
    return nest(4, nest(1, attribute(1, b"immediate\0"), value), nest(1, attribute(1, b"meta\0"), into))
