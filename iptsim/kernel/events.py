"""What the kernel tells of a packet while it passes: legacy TRACE by nfnetlink_log, nft's trace, and how it looked where its way ended.

Nothing is added to the tables under test. A table of our own sets the bit that both backends' traces look at, before everything else, and
logs what comes to the end of INPUT and of POSTROUTING, after everything else.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iptsim.kernel.marks import MARKED, TABLE
from iptsim.kernel.netlink import Attributes, Netlink, attribute, number, text
from iptsim.kernel.wire import decode

_TRACED, _DELIVERED, _LEFT, _SAID = 0, 61077, 61078, 61079  # legacy TRACE always goes to group 0
_ENDS = {_DELIVERED: "delivered", _LEFT: "left", _SAID: "said"}
_OURS = "iptsim"  # the prefix that tells the harness's messages from those of rules that log to the same group
_LAST = 2147483647
UNTRACKED = 60000  # tokens above: conntrack is told to leave the packet alone, before raw
HOOKS = frozenset(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"])
# Made before anything that needs conntrack: of equal priorities the later registration comes first, so that conntrack has
# confirmed the packet when INPUT's last chain takes it from the stack, which would answer otherwise.
# What the host itself says, and copies that TEE makes, belong to no socket of a process: they lose the number by which packets are known.
HARNESS = f"""table inet {TABLE} {{
 chain {MARKED} {{ }}
 chain received {{ type filter hook prerouting priority -450; iifname != "lo" jump {MARKED}; meta nftrace set 1; }}
 chain sent {{ type filter hook output priority -450; meta nftrace set 1; meta skuid >= 0 accept;
  log prefix "{_OURS}" group {_SAID} snaplen 256; ip id set 0; ip6 flowlabel set 0; }}
 chain received_untracked {{ type filter hook prerouting priority -350; ip id > {UNTRACKED} notrack; ip6 flowlabel > {UNTRACKED} notrack; }}
 chain sent_untracked {{ type filter hook output priority -350; ip id > {UNTRACKED} notrack; ip6 flowlabel > {UNTRACKED} notrack; }}
 chain delivered {{ type filter hook input priority {_LAST}; log prefix "{_OURS}" group {_DELIVERED} snaplen 256; drop; }}
 chain left {{ type filter hook postrouting priority {_LAST}; log prefix "{_OURS}" group {_LEFT} snaplen 256; }}
}}
"""
_LINE = re.compile(r"TRACE: (\w+):(.+):(rule|return|policy):(\d+) ?")
_LOG, _CONFIG = (4, 0), (4, 1)
_NFT_TRACE, _NFT_GROUP = (10, 17), 9


@dataclass(frozen=True, slots=True)
class Seen:
    """The packet with that token, as it was there. Of a step: `place` is (table, chain, kind, number); of an end: "delivered", "left", or
    "said" of what the host itself sends, with its bytes."""

    token: int
    fields: Mapping[str, Any]
    place: tuple[str, str, str, int] | None = None
    end: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Log:
    """The listener to nfnetlink_log, in the namespace that this thread is in."""

    netlink: Netlink = field(default_factory=Netlink)

    def listen(self) -> None:
        for group in (_TRACED, *_ENDS):
            self.netlink.request(_CONFIG, attribute(1, b"\x01"), resource=group)  # bind
            each = attribute(2, struct.pack("!IBx", 256, 2)) + attribute(5, struct.pack("!I", 1))  # copy 256 bytes, tell of every packet at once
            self.netlink.request(_CONFIG, each, resource=group)

    def read(self, names: Mapping[int, str]) -> Iterator[Seen]:
        for kind, _, group, told in self.netlink.read():
            if kind != _LOG or 9 not in told:
                continue
            fields, token = decode(told[9])
            fields |= _around(told, names)
            prefix = text(told.get(10, b""))
            line = _LINE.fullmatch(prefix)
            if group in _ENDS and prefix == _OURS:
                yield Seen(token, fields, end=_ENDS[group], data=told[9])
            elif line and group == _TRACED:
                yield Seen(token, fields, (line[1], line[2], line[3], int(line[4])))


def _around(told: Attributes, names: Mapping[int, str]) -> dict[str, Any]:
    """Interfaces and mark."""
    found: dict[str, Any] = {"mark": number(told.get(2, b""))}
    for name, kind in (("in_interface", 4), ("out_interface", 5), ("physdev_out", 7)):
        if kind in told:
            found[name] = names.get(number(told[kind]), "?")
    return found


@dataclass(slots=True)
class NftTrace:
    """The listener to nft's trace. Headers come with the first message of a hook alone, so the packet is remembered by the trace's id."""

    family: int
    netlink: Netlink = field(default_factory=Netlink)

    def listen(self) -> None:
        self.netlink.join(_NFT_GROUP)

    def read(self, handles: Mapping[tuple[str, int], tuple[str, int]]) -> Iterator[Seen]:
        packets: dict[int, tuple[dict[str, Any], int]] = {}
        for kind, family, _, told in self.netlink.read():
            if kind != _NFT_TRACE:
                continue
            which = number(told[6])
            if 8 in told:
                packets[which] = decode(told[8] + told.get(9, b""))
            table, chain = text(told[1]), text(told.get(2, b""))
            place = self._place(table, chain, told, handles)
            if table != TABLE and family == self.family and place is not None and which in packets:
                fields, token = packets[which]
                yield Seen(token, fields, place)

    @staticmethod
    def _place(table: str, chain: str, told: Attributes, handles: Mapping[tuple[str, int], tuple[str, int]]) -> tuple[str, str, str, int] | None:
        """(table, chain, kind, number). At the end of a chain comes a rule without a handle: of a base chain its policy follows."""
        kind = {1: "policy", 2: "return", 3: "rule"}.get(number(told[4]), "")
        if kind == "rule" and 3 in told:
            found = handles.get((table, number(told[3])))
            return (table, found[0], kind, found[1]) if found else None
        if kind == "rule":
            return None if chain in HOOKS else (table, chain, "return", _LAST)
        return table, chain, kind, _LAST
