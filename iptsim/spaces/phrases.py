"""A box of packets in words: one phrase for each field, in the order people say them."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from iptsim.names import (
    ADDRESS_TYPES,
    ALL_TCP_FLAGS,
    ANYCAST,
    BROADCAST,
    ICMP_OF,
    ICMP_TYPES,
    ICMPV6_TYPES,
    LOCAL,
    MULTICAST,
    PROTOCOL_NAMES,
    UNICAST,
    UNSPEC,
)
from iptsim.packet import FIELDS, flags_text, mac_text
from iptsim.reading import TYPE_OF
from iptsim.spaces.intervals import Parts, complement, meet, size, union
from iptsim.spaces.levels import Level
from iptsim.values import ip_text

if TYPE_CHECKING:
    from iptsim.spaces.space import World

_MOST_ITEMS = 8


class Said(NamedTuple):
    """What a box says of one field: the values it has, and those it lacks of what the universe allows."""

    level: Level
    yes: Parts
    no: Parts


Item = Callable[[int, int], list[str]]


def box(world: World, parts: Mapping[int, Parts], universe: int) -> str:
    """The phrases of a box, as far as they say more than the universe."""
    d = world.diagrams
    said: dict[str, Said] = {}
    marks: dict[str, tuple[int, int]] = {}
    for place, numbers in parts.items():
        rest = d.keep(universe, d.box({other: its for other, its in parts.items() if other != place}))
        level, allowed = world.levels[place], d.values(rest, place)
        if level.bit is not None:
            mask, value = marks.get(level.whole, (0, 0))
            marks[level.whole] = mask | 1 << level.bit, value | numbers[0][0] << level.bit
        else:
            missing = meet(allowed, complement(numbers, d.tops[place]))
            if missing:
                free = complement(allowed, d.tops[place])
                yes, no = (level.values(rounded(part, free, level.field)) for part in (meet(numbers, allowed), missing))
                said[level.name] = Said(level, yes, no)
    return ", ".join(phrase for phrase in _phrases(world, said, marks) if phrase) or "any packet"


def rounded(parts: Parts, free: Parts, field: str | None) -> Parts:
    """The parts with what lies between them filled in, and addresses made whole networks, where only `free` values are added."""
    if field is None or FIELDS[field].kind in ("enum", "interface"):
        return parts
    out: list[tuple[int, int]] = []
    for lo, hi in parts:
        if out and _covered(out[-1][1] + 1, lo - 1, free):
            lo, hi = out.pop()[0], hi
        out.append((lo, hi))
    if FIELDS[field].kind != "address":
        return tuple(out)
    return tuple(union(_network(lo, hi, free) for lo, hi in out))


def _network(lo: int, hi: int, free: Parts) -> tuple[int, int]:
    bits = (lo ^ hi).bit_length()
    low = lo >> bits << bits
    high = low + (1 << bits) - 1
    return (low, high) if _covered(low, lo - 1, free) and _covered(hi + 1, high, free) else (lo, hi)


def _covered(lo: int, hi: int, parts: Parts) -> bool:
    return lo > hi or any(a <= lo and hi <= b for a, b in parts)


def _phrases(world: World, said: dict[str, Said], marks: dict[str, tuple[int, int]]) -> Iterable[str]:
    for name, (word, none) in _INTERFACES.items():
        if name in said:
            yield _interface(world, said.pop(name), word, none)
    for side, types, word in (("src", _SOURCES, "from"), ("dst", _TARGETS, "to")):
        address = _addresses(world.family, said.pop(side)) if side in said else ""
        kind = _kind(said.pop(f"{side}_type"), types) if f"{side}_type" in said else ""
        if address or kind:
            yield f"{word} {_placed(kind, address) if address and kind else address or kind}"
    yield from _protocol(world, said)
    for name in [name for name in said if not said[name].level.is_open and said[name].level.field]:
        yield _field(world, said.pop(name))
    for name, (mask, value) in marks.items():
        asked = {"mark": "mark", "connmark": "connection mark"}.get(name, f"where {name} is")
        yield f"{asked} {_mark(mask, value)}"
    for name, one in said.items():
        if one.level.field is None:
            yield f"if {name}" if one.yes == ((1, 1),) else f"unless {name}"
        else:
            yield _type_of(name, one) if name.startswith(TYPE_OF) else f"where {name} is {_values(world, one)}"


def _type_of(name: str, said: Said) -> str:
    """An address that is this host's or is not."""
    return f"{'if' if said.yes == ((LOCAL, LOCAL),) else 'unless'} {name.removeprefix(TYPE_OF)} is an address of this host"


# ---------------------------------------------------------------- lists of values
def _listed(parts: Parts, item: Item, last: str) -> tuple[bool, str]:
    """The items of all parts; True and the rest counted if they are too many."""
    items: list[str] = []
    for at, (lo, hi) in enumerate(parts):
        items += item(lo, hi)
        if len(items) > _MOST_ITEMS:
            return True, f"{', '.join(items[:_MOST_ITEMS])} and {len(parts) - at + len(items) - _MOST_ITEMS - 1} more"
    return False, last.join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _either(said: Said, item: Item, negative: str = "not {}", positive: str = "{}") -> str:
    """The values it has, or those it lacks, whichever is shorter."""
    cut, yes = _listed(said.yes, item, " or ")
    forms = [(cut, positive.format(yes))]
    if said.no:
        cut, no = _listed(said.no, item, ", ")
        forms.append((cut, negative.format(no)))
    return _shortest(forms)


def _shortest(forms: Iterable[tuple[bool, str]]) -> str:
    """What is not cut off, and of that the shortest."""
    return min(forms, key=lambda form: (form[0], len(form[1])))[1]


def _span(show: Callable[[int], str] = str) -> Item:
    return lambda lo, hi: [show(lo) if lo == hi else f"{show(lo)}-{show(hi)}"]


def _each(show: Callable[[int], str]) -> Item:
    return lambda lo, hi: [show(value) for value in range(lo, hi + 1)]


# ---------------------------------------------------------------- interfaces
_INTERFACES = {"in_interface": ("in", "from this host"), "out_interface": ("out", "out no interface")}


def _interface(world: World, said: Said, word: str, none: str) -> str:
    """`in eth0`, `in any interface but docker0`, `from this host`; class 0 is no interface at all."""
    real = Said(said.level, meet(said.yes, ((1, world.interfaces.top),)), meet(said.no, ((1, world.interfaces.top),)))
    phrases = [none] if real.yes != said.yes else []
    if real.yes:
        phrases.append(f"{word} {_interfaces(world, real)}")
    return " or ".join(phrases)


def _interfaces(world: World, said: Said) -> str:
    if not said.no:
        return "any interface"
    names, others = _names(world, said.yes), _names(world, said.no)
    but = f"any interface but {', '.join(others)}"
    if names and names[-1] == "any other":
        return but
    return _shortest([(False, " or ".join(names)), (others[-1] == "any other", but)])


def _names(world: World, parts: Parts) -> list[str]:
    """The classes in words; `eth*` for another eth* and every name that starts so together."""
    faces = world.interfaces
    classes = [i for lo, hi in parts for i in range(lo, hi + 1)]
    wholes: dict[str, set[int]] = {}
    for i in classes:
        prefix = faces.prefix_of(i)
        every = {k for k in range(1, faces.top) if prefix and (faces.prefix_of(k) or faces.names[k]).startswith(prefix)}
        if prefix and every <= set(classes):
            wholes[prefix] = every
    wholes = {p: every for p, every in wholes.items() if not any(every < other for other in wholes.values())}
    out = [faces.names[i] for i in classes if faces.prefix_of(i) is None and not any(i in every for every in wholes.values())]
    out += [f"{prefix}*" for prefix in wholes]
    rest = [faces.prefix_of(i) for i in classes if not any(i in every for every in wholes.values())]
    return out + [f"another {prefix}*" if prefix else "any other" for prefix in rest if prefix is not None]


# ---------------------------------------------------------------- addresses
_TARGETS = {kind: f"an address of type {name}" for kind, name in enumerate(ADDRESS_TYPES)} | {
    UNSPEC: "the unspecified address", UNICAST: "another host", LOCAL: "this host", BROADCAST: "a broadcast address",
    ANYCAST: "an anycast address", MULTICAST: "a multicast address",
}  # fmt: skip
_SOURCES = _TARGETS | {UNICAST: "another host's address", LOCAL: "this host's address"}
_MOST_BLOCKS = 3


def _kind(said: Said, types: Mapping[int, str]) -> str:
    """Types of addresses; what is not another host's is "this host", with what else arrives here in brackets."""
    kinds = {kind for lo, hi in said.yes for kind in range(lo, hi + 1)}
    if LOCAL in kinds and kinds <= {LOCAL, BROADCAST, ANYCAST, MULTICAST}:
        more = [name for kind, name in ((BROADCAST, "broadcast"), (ANYCAST, "anycast"), (MULTICAST, "multicast")) if kind in kinds]
        return types[LOCAL] + (f" (or {' or '.join(more)})" if more else "")
    if kinds == {UNICAST}:
        return types[UNICAST]
    return _either(said, _each(types.__getitem__), "anything but {}")


def _placed(kind: str, address: str) -> str:
    """`another host in 10.0.0.0/8`, `another host outside 10.0.0.0/8`."""
    if address.startswith("any address but "):
        return f"{kind} outside {address.removeprefix('any address but ')}"
    return f"{kind} in {address}" if "/" in address or "-" in address else f"{kind} at {address}"


def _addresses(family: int, said: Said) -> str:
    """`10.0.0.0/8`, `172.17.0.0/16 except .2`, `any address but 10.0.0.1`."""

    def item(lo: int, hi: int) -> list[str]:
        return _nets(lo, hi, family)

    cut, yes = _listed(said.yes, item, " or ")
    forms = [(cut, yes)]
    if said.no:
        cut, no = _listed(said.no, item, ", ")
        forms.append((cut, f"any address but {no}"))
    lo, hi = said.yes[0][0], said.yes[-1][1]
    free = (lo ^ hi).bit_length()
    lo, hi = lo >> free << free, (lo >> free << free) + (1 << free) - 1
    holes = meet(complement(said.yes, hi), ((lo, hi),))
    if holes and free < (32 if family == 4 else 128):
        cut, no = _listed(holes, lambda a, b: _nets(a, b, family, near=lo if free <= 16 else None), ", ")
        forms.append((cut, f"{_nets(lo, hi, family)[0]} except {no}"))
    return _shortest(forms)


def _nets(lo: int, hi: int, family: int, near: int | None = None) -> list[str]:
    """One interval as networks where few do, else as a range. `near`: leading bytes that an address shares with it are left out."""
    kind = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    out: list[str] = []
    for net in ipaddress.summarize_address_range(kind(lo), kind(hi)):
        value, whole = int(net.network_address), net.prefixlen == net.max_prefixlen
        text = ip_text(value, family) if whole else str(net)
        if near is not None and family == 4 and whole and value >> 16 == near >> 16:
            text = "." + text.split(".", 3 if value >> 8 == near >> 8 else 2)[-1]
        out.append(text)
        if len(out) > _MOST_BLOCKS:
            return [f"{ip_text(lo, family)}-{ip_text(hi, family)}"]
    return out


# ---------------------------------------------------------------- protocol, ports, ICMP, flags
# the first name that iptables has for a whole type
_ICMP_NAMES = {
    family: {kind: name for name, (kind, low, high) in reversed(types.items()) if (low, high) == (0, 255) and name != "any"}
    for family, types in ((4, ICMP_TYPES), (6, ICMPV6_TYPES))
}


def _protocol(world: World, said: dict[str, Said]) -> Iterable[str]:
    """`tcp 80`, `tcp or udp to port 80`, `from port 1024-65535`, `icmp echo-request`, `tcp with SYN and not ACK`."""
    proto, words = said.pop("proto", None), []
    if proto:
        words.append(_either(proto, _protocol_items, "any protocol but {}"))
    icmp = _icmp(world, said.pop("icmp_type", None), said.pop("icmp_code", None))
    if icmp:
        known = proto and proto.yes == ((ICMP_OF[world.family],) * 2,)
        words += [icmp] if known else ["with" if words else "icmp", icmp]
    if dport := said.pop("dport", None):
        ports = _either(dport, _span(), "to any port but {}", "to port {}")
        single = proto is not None and size(proto.yes) == 1
        words.append(ports.removeprefix("to port ") if single else ports)
    if sport := said.pop("sport", None):
        words.append(_either(sport, _span(), "from any port but {}", "from port {}"))
    if flags := said.pop("tcp_flags", None):
        words.append(_flags(flags))
    return [" ".join(words)]


def _protocol_items(lo: int, hi: int) -> list[str]:
    if hi - lo > 3:
        return [f"protocol {lo}-{hi}"]
    return [PROTOCOL_NAMES.get(value, f"protocol {value}") for value in range(lo, hi + 1)]


def _icmp(world: World, kind: Said | None, code: Said | None) -> str:
    """`echo-request`, `type 3/4`, `type 3 or 11`."""
    if kind and kind.yes[0][0] == kind.yes[-1][1]:
        number = kind.yes[0][0]
        if not code:
            return _ICMP_NAMES[world.family].get(number, f"type {number}")
        if code.yes[0][0] == code.yes[-1][1]:
            return f"type {number}/{code.yes[0][0]}"
    out = [_either(kind, _span(), "type not {}", "type {}")] if kind else []
    return " ".join(out + ([_either(code, _span(), "code not {}", "code {}")] if code else []))


def _flags(said: Said) -> str:
    """`with SYN and not ACK` where the set is that of a mask, else the numbers."""
    yes, no = _flag_test(said.yes), _flag_test(said.no)
    if yes or no:
        return _shortest([(False, f"with {yes}")] * bool(yes) + [(False, f"without ({no})")] * bool(no))
    return f"with TCP flags {_either(said, _span(hex))}"


def _flag_test(parts: Parts) -> str:
    """The test that exactly these values of the flag byte pass, if there is one."""
    values = [value for lo, hi in parts for value in range(lo, hi + 1)]
    if not values:
        return ""
    always, ever = 255, 0
    for value in values:
        always, ever = always & value, ever | value
    if len(values) != 1 << (always ^ ever).bit_count():
        return ""
    if always == ever:
        return f"only {flags_text(always).replace(',', ', ')}" if always else "no TCP flag"
    clear = [name for name, bit in ALL_TCP_FLAGS.items() if not ever & bit]
    asked = [flags_text(always).replace(",", ", ")] if always else []
    return " and ".join(asked + ([f"not {', '.join(clear)}"] if clear else []))


# ---------------------------------------------------------------- the other fields
_YES_NO = {
    "ct_snat": ("not source-NATed", "source-NATed"),
    "ct_dnat": ("not destination-NATed", "destination-NATed"),
    "ct_seen_reply": ("not answered yet", "answered before"),
    "ct_confirmed": ("first of its connection", "not first of its connection"),
    "fragment": ("not a later fragment", "a later fragment"),
    "socket": ("without a socket here", "with a socket here"),
}
_PREFIXES = {
    "ctstate": "", "ctdir": "direction ", "pkttype": "link-layer ", "ttl": "ttl ", "length": "length ", "tos": "tos ", "mac_source": "MAC ",
    "uid_owner": "by user ", "gid_owner": "by group ", "physdev_in": "bridge port ", "physdev_out": "to bridge port ",
}  # fmt: skip


def _field(world: World, said: Said) -> str:
    name = said.level.name
    if name in _YES_NO:
        return _YES_NO[name][said.yes[0][0]]
    prefix = _PREFIXES.get(name, FIELDS[name].asked.removeprefix("the ") + " ")
    if FIELDS[name].kind == "address":
        return prefix + _addresses(world.family, said)
    return _either(said, _items(world, name), f"not {prefix}{{}}", f"{prefix}{{}}")


def _values(world: World, said: Said) -> str:
    """The values of a field that has no phrase of its own."""
    field = said.level.field or ""
    return _addresses(world.family, said) if FIELDS[field].kind == "address" else _either(said, _items(world, field))


def _items(world: World, field: str) -> Item:
    spec = FIELDS[field]
    if spec.kind == "interface":
        return lambda lo, hi: _names(world, ((lo, hi),))
    if spec.kind == "enum":
        return _each(spec.names.__getitem__)
    if field == "mac_source":
        return _span(mac_text)
    if field == "proto":
        return _protocol_items
    return _span(hex if field in ("tos", "tcp_flags") else str)


def _mark(mask: int, value: int) -> str:
    return f"{value:#x}" if mask == 0xFFFFFFFF else f"{value:#x}/{mask:#x}"
