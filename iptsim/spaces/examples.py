"""One packet out of a set, with the values that people expect where the set leaves a choice; and how many packets there are."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iptsim.errors import IptsimError
from iptsim.names import ICMP_OF, PORTED, UNICAST
from iptsim.packet import FIELDS, Packet, read_field
from iptsim.spaces.intervals import Parts, complement, meet, union
from iptsim.values import ip_text

if TYPE_CHECKING:
    from iptsim.spaces.levels import Level
    from iptsim.spaces.space import World

_TCP = 6


def _net(text: str) -> tuple[int, int]:
    net = ipaddress.ip_network(text)
    return int(net.network_address), int(net.broadcast_address)


def _address(text: str) -> tuple[int, int]:
    return (int(ipaddress.ip_address(text)),) * 2


# What to try, in this order: the first that the set allows is taken. Addresses are those kept for documentation, then any single host's.
_ANYWHERE = {
    4: (_net("203.0.113.0/24"), (_net("1.0.0.0/8")[0], _net("126.0.0.0/8")[1]), (_net("128.0.0.0/8")[0], _net("223.0.0.0/8")[1])),
    6: (_net("2001:db8::/32"), _net("2000::/3"), _net("fc00::/7")),
}
_BY_FAMILY: dict[tuple[str, int], Parts] = {
    ("src", 4): (_address("203.0.113.50"), *_ANYWHERE[4]),
    ("dst", 4): (_address("198.51.100.7"), _net("198.51.100.0/24"), *_ANYWHERE[4]),
    ("src", 6): (_address("2001:db8:ffff::50"), *_ANYWHERE[6]),
    ("dst", 6): (_address("2001:db8:10::7"), *_ANYWHERE[6]),
    ("proto", 4): ((6, 6), (17, 17), (1, 1), (47, 47), (50, 50), (1, 255)),
    ("proto", 6): ((6, 6), (17, 17), (58, 58), (47, 47), (50, 50), (1, 255)),
    ("icmp_type", 4): ((8, 8),),
    ("icmp_type", 6): ((128, 128),),
}
_COMMON: dict[str, Parts] = {
    "sport": ((40000, 40000), (32768, 60999), (1024, 65535), (1, 65535)),
    "dport": ((80, 80), (443, 443), (22, 22), (1, 65535)),
    "tcp_flags": ((2, 2), (16, 16), (18, 18), (4, 4)),
    "ttl": ((64, 64), (2, 255)),
    "length": ((60, 60), (20, 1500)),
    "dst_type": ((UNICAST, UNICAST),),
    "src_type": ((UNICAST, UNICAST),),
    "uid_owner": ((1000, 1000),),
    "gid_owner": ((1000, 1000),),
    "mac_source": (((0x02 << 40) + 1,) * 2,),
}
# The order in which fields are chosen; the others follow in the order of their levels.
_ORDER = ("proto", "in_interface", "out_interface", "ctstate", "src_type", "dst_type", "fragment", "tcp_flags",
          "icmp_type", "icmp_code", "dport", "sport", "src", "dst")  # fmt: skip
_PLACE = {name: i for i, name in enumerate(_ORDER)}
# A packet goes from one place to another, where there are two.
_OPPOSITE = {"dst": "src", "out_interface": "in_interface"}
_IN_PACKET = frozenset(Packet.__slots__)
_HEADER = ("src", "dst", "proto")


def _header(proto: int, family: int) -> tuple[str, ...]:
    """The fields that a packet of that protocol has."""
    if proto in PORTED:
        return (*_HEADER, "sport", "dport", "tcp_flags") if proto == _TCP else (*_HEADER, "sport", "dport")
    return (*_HEADER, "icmp_type", "icmp_code") if proto == ICMP_OF[family] else _HEADER


def size(world: World, node: int) -> int:
    """How many different headers there are in it: addresses, protocol, and what that protocol has of the rest."""
    d, proto, total = world.diagrams, world.level("proto"), 0
    groups: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number in range(256):
        groups.setdefault(_header(number, world.family), []).append((number, number))
    for header, numbers in groups.items():
        levels = {world.level(name) for name in header}
        these = d.keep(node, d.test(proto, union(numbers)))
        total += d.count(d.drop(these, frozenset(d.support(these) - levels)), levels)
    return total


# ---------------------------------------------------------------- choosing
def example(world: World, node: int, prefer: Mapping[str, Any]) -> Packet:
    """A packet of the set. `prefer` maps a field, an unknown or a new value to what is tried first: a value, or a list of them."""
    if not node:
        raise IptsimError("there is no such packet")
    taste = _Taste(world, {name: value if isinstance(value, list | tuple) else (value,) for name, value in prefer.items()})
    chosen: dict[int, int] = {}
    d, left = world.diagrams, node
    while support := d.support(left):
        level = min(support, key=taste.rank)
        other = chosen.get(world.level(_OPPOSITE.get(world.levels[level].name, "src")))
        numbers = d.values(left, level)
        apart = meet(numbers, complement(((other, other),), d.tops[level])) if other is not None and world.levels[level].name in _OPPOSITE else ()
        chosen[level] = taste.choose(level, apart or numbers)
        left = d.fix(left, level, chosen[level])
    return Packet(**_fields(taste, chosen))


class _Taste:
    """What is chosen where there is a choice: what was asked for, else what is common."""

    def __init__(self, world: World, prefer: Mapping[str, Sequence[Any]]) -> None:
        self.world = world
        self.names = {world.interfaces.index(v): v for k, values in prefer.items() if _kind(k) == "interface" for v in values}
        self.wishes: dict[str, Parts] = {name: tuple((self._number(name, v),) * 2 for v in values) for name, values in prefer.items()}

    def _number(self, name: str, value: Any) -> int:
        if _kind(name) == "interface":
            return self.world.interfaces.index(value)
        if name in _IN_PACKET:
            return int(read_field(name, value))
        return int(value) if isinstance(value, int) else int(ipaddress.ip_address(value))

    def rank(self, place: int) -> tuple[bool, int, int]:
        """What is chosen first."""
        level = self.world.levels[place]
        return level.whole not in self.wishes, _PLACE.get(level.name, len(_PLACE)), place

    def choose(self, place: int, numbers: Parts) -> int:
        """One of the coordinate's numbers."""
        level = self.world.levels[place]
        if level.bit is not None:
            wanted = self.wishes.get(level.whole, ((0, 0),))[0][0] >> level.bit & 1
            return wanted if meet(numbers, ((wanted, wanted),)) else 1 - wanted
        values = level.values(numbers)
        likes = self.wishes.get(level.name, ()) + self._likes(level)
        found = next((both for like in likes if (both := meet(values, (like,)))), values)
        value = _inner(found) if _kind(level.field) == "address" else found[0][0]
        return level.numbers(((value, value),))[0][0]

    def _likes(self, level: Level) -> Parts:
        if level.field is None:
            return ()
        if _kind(level.field) == "interface":
            # real names first, eth0 before all and lo after, then names that have to be made up
            names = self.world.interfaces.names
            order = sorted(range(1, len(names)), key=lambda i: (names[i] != "eth0", names[i] == "lo", i))
            return (*((i, i) for i in order), (len(names), self.world.interfaces.top))
        name = level.field
        if _kind(name) == "address":
            name = "src" if "src" in name else "dst"
        return _BY_FAMILY.get((name, self.world.family)) or _COMMON.get(name, ())

    def free(self, name: str) -> Any:
        """A value for a field that the set does not look at."""
        if _kind(name) == "bits":
            return self.wishes[name][0][0]
        place = self.world.level(name)
        return self.value(place, self.choose(place, ((0, self.world.diagrams.tops[place]),)))

    def value(self, place: int, number: int) -> Any:
        """A coordinate's number as a packet's keyword, or an assumption, takes it."""
        level = self.world.levels[place]
        if level.field is None:
            return bool(number)
        value = level.values(((number, number),))[0][0]
        if _kind(level.field) == "interface":
            return self.names.get(value) or self.world.interfaces.member(value)
        return ip_text(value, self.world.family) if _kind(level.field) == "address" else value


def _kind(field: str | None) -> str:
    return FIELDS[field].kind if field in FIELDS else ""


def _inner(parts: Parts) -> int:
    """An address that is neither first nor last of its interval, and no router's .1, where there is another."""
    lo, hi = next((part for part in parts if part[1] - part[0] > 1), parts[0])
    return lo + min(2, max(0, hi - lo - 1))


def _fields(taste: _Taste, chosen: Mapping[int, int]) -> dict[str, Any]:
    """The packet's keywords: what was chosen, and what a packet cannot be sent without."""
    fields: dict[str, Any] = {}
    assume: dict[str, Any] = {}
    for place, number in chosen.items():
        level = taste.world.levels[place]
        into = fields if level.whole in _IN_PACKET and not level.is_open else assume
        if level.bit is not None:
            into[level.whole] = into.get(level.whole, 0) | number << level.bit
        else:
            into[level.whole] = taste.value(place, number)
    if "proto" not in fields:
        fields["proto"] = taste.free("proto")
    for name in (*_header(fields["proto"], taste.world.family), *taste.wishes):
        if name in FIELDS and name in _IN_PACKET and name not in fields:
            fields[name] = taste.free(name)
    if fields.get("in_interface") == "":
        del fields["in_interface"]
        fields["from_host"] = True
    if assume:
        fields["assume"] = assume
    return fields
