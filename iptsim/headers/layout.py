"""Where the fields of a packet stand in its bytes, from the first of its IP header (RFC 791, 8200, 9293, 768, 792, 4443).

Flows do not say whether there are options in the IP header, or headers of IPv6 before the last: that is asked as an unknown, and what stands
behind them, if there are any, is not told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from iptsim.headers.word import BITS, OFFSET, REWRITTEN, UNTOLD, Bit, Word, all_of, any_of
from iptsim.names import ICMP_OF
from iptsim.packet import top_of
from iptsim.predicate import ALWAYS, Not, Pred, Test, Unknown, one, ranges


class _Part(NamedTuple):
    """Bits of a header: their place in it, and the field or the number that they are."""

    start: int
    end: int
    name: str


def _header(*parts: tuple[int, str]) -> tuple[_Part, ...]:
    """(bits, what they are) in a row."""
    ends = [sum(width for width, _ in parts[:n]) for n in range(len(parts) + 1)]
    return tuple(_Part(start, end, name) for (start, end), (_, name) in zip(pairwise(ends), parts, strict=True))


_IP = {
    4: _header(
        (4, "4"), (4, "IHL"), (8, "tos"), (16, "length"), (16, "IP id"), (1, "reserved IP bit"), (1, "DF"), (1, "MF"), (13, OFFSET),
        (8, "ttl"), (8, "proto"), (16, "IP checksum"), (32, "src"), (32, "dst"),
    ),
    6: _header(
        (4, "6"), (8, "tos"), (20, "flow label"), (16, "length-40"), (8, "next header"), (8, "ttl"), (128, "src"), (128, "dst"),
    ),
}  # fmt: skip
# What these are where no more headers follow, and where the packet is no later fragment.
_MOSTLY = {"IHL": ("more", "5"), "next header": ("more", "proto"), OFFSET: ("fragment", "0")}
_PORTS = ((16, "sport"), (16, "dport"))
# Each as long as the shortest header of that protocol.
_TRANSPORT = {
    6: _header(
        *_PORTS, (32, "sequence number"), (32, "acknowledgment number"), (4, "TCP header length"), (4, "reserved TCP bits"), (8, "tcp_flags"),
        (16, "TCP window"), (16, "checksum"), (16, "urgent pointer"),
    ),
    17: _header(*_PORTS, (16, "UDP length"), (16, "checksum")),
    33: _header(*_PORTS, (64, UNTOLD)),
    132: _header(*_PORTS, (64, UNTOLD)),
    136: _header(*_PORTS, (16, "checksum coverage"), (16, "checksum")),
}  # fmt: skip
_MESSAGE = _header((8, "icmp_type"), (8, "icmp_code"), (16, "checksum"), (32, UNTOLD))
_LONGEST = max(header[-1].end for header in (*_TRANSPORT.values(), _MESSAGE))
_MORE = {
    4: Unknown("no field of a packet says whether there are options in its IP header", ("ip-options",), first=False, inside=True),
    6: Unknown("no field of a packet says whether more headers follow its IPv6 header", ("extension-headers",), first=False, inside=True),
}


class _Asked(Exception):
    """What is read depends on that."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes of a packet, of which some things are settled: whether more headers follow the first, whether it is a later fragment, and its
    protocol (-1: none of those whose headers are known). What is read may depend on others: see `everywhere`."""

    family: int
    more: bool | None = None
    fragment: bool | None = None
    proto: int | None = None

    def word(self, place: int, size: int = 4) -> Word:
        """`size` bytes from there, as a number."""
        bits = [self._bit(n) for n in range(place * 8, (place + size) * 8)]
        return (*(0,) * (BITS - len(bits)), *bits)

    def has(self, end: int) -> Pred:
        """Are there so many bytes?"""
        first = _IP[self.family][-1].end
        if end * 8 <= first or (end * 8 <= first + _LONGEST and self._plain() and end * 8 <= first + self._transport()[-1].end):
            return ALWAYS
        return Test("length", ranges([(end, top_of("length", self.family))]))

    def settled(self, what: str) -> Any:
        """What is settled of that."""
        value = getattr(self, what)
        if value is None:
            raise _Asked(what)
        return value

    def _bit(self, n: int) -> int | Bit:
        first = _IP[self.family][-1].end
        parts, at = (_IP[self.family], n) if n < first else (self._transport(), n - first) if self._plain() else ((), n)
        part = next((part for part in parts if part.start <= at < part.end), None)
        if part is None or part.name == UNTOLD:
            return Bit(UNTOLD, -n)
        name, left = part.name, part.end - 1 - at
        if name in _MOSTLY:
            unless, mostly = _MOSTLY[name]
            name = name if self.settled(unless) else mostly
        if name == "proto" and self.proto is not None and self.proto >= 0:
            name = str(self.proto)
        return int(name) >> left & 1 if name.isdigit() else Bit(name, left, part.end - part.start)

    def _plain(self) -> bool:
        """Does the header of its protocol follow the first?"""
        return not self.settled("more") and (self.family == 6 or not self.settled("fragment"))

    def _transport(self) -> tuple[_Part, ...]:
        proto = self.settled("proto")
        return _MESSAGE if proto == ICMP_OF[self.family] else _TRANSPORT.get(proto, (_Part(0, 0, UNTOLD),))


def everywhere(frame: Frame, asks: Callable[[Frame], Pred]) -> Pred:
    """What is asked of a packet's bytes, taken apart as far as what is read depends on it."""
    try:
        return asks(frame)
    except _Asked as asked:
        what = asked.args[0]
    found: dict[Pred, list[Pred]] = {}
    for value, when in _WAYS[what](frame.family):
        found.setdefault(everywhere(replace(frame, **{what: value}), asks), []).append(when)
    if len(found) == 1:
        return next(iter(found))
    ways = [all_of((any_of(whens), pred)) for pred, whens in found.items()]
    return any_of([*ways, all_of(found)] if what == "more" else ways)  # so where it is so either way, whatever follows


def opaque(reason: str, *key: str) -> Unknown:
    """That something about a packet's bytes is so, which nothing tells."""
    return Unknown(reason, key, (*REWRITTEN, "length"), inside=True)


def _more(family: int) -> list[tuple[Any, Pred]]:
    return [(False, Not(_MORE[family])), (True, _MORE[family])]


def _fragment(family: int) -> list[tuple[Any, Pred]]:
    return [(False, Test("fragment", one(0))), (True, Test("fragment", one(1)))]


def _protocols(family: int) -> list[tuple[Any, Pred]]:
    known = sorted((*_TRANSPORT, ICMP_OF[family]))
    edges = [-1, *known, 256]
    others = ranges((low + 1, high - 1) for low, high in pairwise(edges))
    return [*((proto, Test("proto", one(proto))) for proto in known), (-1, Test("proto", others))]


_WAYS: dict[str, Callable[[int], list[tuple[Any, Pred]]]] = {"more": _more, "fragment": _fragment, "proto": _protocols}
