"""Who is a member of an ipset, as a predicate: what ip_set_test answers for every packet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from iptsim.host.places import BITS, Net
from iptsim.host.sets import IpSet, Part
from iptsim.host.types import paint
from iptsim.names import PORTED
from iptsim.predicate import NEVER, Masked, Name, Not, Or, Pred, Ranges, Test, Unknown, both, one, ranges

# What a set that is not known may look at.
_READS = ("src", "dst", "proto", "sport", "dport", "in_interface", "out_interface", "mac_source", "mark")


def membership(sets: Mapping[str, IpSet], name: str, dims: Sequence[str], family: int | None) -> Pred | None:
    """Membership of a packet whose directions are `dims` (`src`, `dst`); None where it cannot be told.

    A set is asked for all of its dimensions or not at all: fewer directions than it has are never a match, `!` or not
    (ip_set_core.c: ip_set_test), more are not looked at. The same holds for a set of another family.
    """
    made = sets[name]
    if made.type == "list:set":
        return _union(sets, made, dims, family)
    if len(dims) < len(made.dims) or (family is not None and made.family not in (None, family)):
        return NEVER
    if made.type == "bitmap:ip,mac" and dims[1] != "src":
        return NEVER  # it knows source MACs alone
    if "bitmask" in made.header:
        return None
    if made.type == "hash:net,iface":
        return _by_network(made, dims)
    nets = [place for place, dim in enumerate(made.dims) if dim == "net"]
    if len(nets) > 1 and any(nomatch for _, nomatch in made.entries):
        return _ordered(made, dims, nets)
    return _grouped(made, dims, nets[0] if nets else 0)


def _union(sets: Mapping[str, IpSet], made: IpSet, dims: Sequence[str], family: int | None) -> Pred:
    """A list of sets holds what any of them holds; the kernel allows no lists in lists."""
    found: list[Pred] = []
    for (member,), _ in made.entries:
        known = sets.get(str(member.tag))
        if known is None or known.type != "list:set":
            told = membership(sets, known.name, dims, family) if known else None
            found.append(told or Unknown(f"the set {member.tag} is not known", ("set", str(member.tag), ",".join(dims)), _READS))
    return _any(found)


def reversed_exceptions(sets: Mapping[str, IpSet]) -> dict[str, IpSet]:
    """The sets as --return-nomatch asks them: exceptions are the members, where the type has any (ip_set_core.c: IPSET_FLAG_RETURN_NOMATCH)."""
    return {
        name: replace(made, entries=tuple((parts, not nomatch) for parts, nomatch in made.entries)) if "net" in made.dims else made
        for name, made in sets.items()
    }


def _grouped(made: IpSet, dims: Sequence[str], axis: int) -> Pred:
    """Entries that agree in all but one component become one row; along that axis the longest prefix decides between them."""
    groups: dict[tuple[Part, ...], list[tuple[Part, bool]]] = {}
    for parts, nomatch in made.entries:
        groups.setdefault(parts[:axis] + parts[axis + 1 :], []).append((parts[axis], nomatch))
    bits = BITS[made.family or 4]
    rows = [(rest, tag, values) for rest, group in groups.items() for tag, values in _along(group, bits)]
    if len(made.dims) == 1:
        return _any(_test(made, 0, tag, values, dims) for _, tag, values in rows)
    # and rows that then agree in all but the next component become one again
    other = 1 if axis == 0 else 0
    joined: dict[tuple[tuple[Part, ...], str | int, str | int, Ranges], list[tuple[int, int]]] = {}
    for rest, tag, values in rows:
        joined.setdefault((rest[1:], rest[0].tag, tag, values), []).append((rest[0].low, rest[0].high))
    places = [place for place in range(len(made.dims)) if place not in (axis, other)]
    return _any(
        both(
            *(_test(made, place, part.tag, ranges([(part.low, part.high)]), dims) for place, part in zip(places, rest, strict=True)),
            _test(made, other, other_tag, ranges(spans), dims),
            _test(made, axis, tag, values, dims),
        )
        for (rest, other_tag, tag, values), spans in joined.items()
    )


def _by_network(made: IpSet, dims: Sequence[str]) -> Pred:
    """hash:net,iface: the longest prefix with an entry decides, of whatever interface that is (ip_set_hash_gen.h: IP_SET_HASH_WITH_MULTI)."""
    bits = BITS[made.family or 4]
    nets = list(dict.fromkeys(_net(parts[0], bits) for parts, _ in made.entries))
    left = dict(paint((net, number) for number, net in enumerate(nets)))
    members = [(nets.index(_net(parts[0], bits)), parts[1]) for parts, nomatch in made.entries if not nomatch]
    return _any(
        both(_test(made, 0, "", left[number], dims), _test(made, 1, link.tag, ranges([(link.low, link.high)]), dims))
        for number, link in members
        if number in left
    )


def _along(group: list[tuple[Part, bool]], bits: int) -> Iterable[tuple[str | int, Ranges]]:
    """The values of one component, by tag."""
    if any(nomatch for _, nomatch in group):
        painted = dict(paint((_net(part, bits), 0 if nomatch else 1) for part, nomatch in group))
        return [("", painted[1])] if 1 in painted else []
    spans: dict[str | int, list[tuple[int, int]]] = {}
    for part, _ in group:
        spans.setdefault(part.tag, []).append((part.low, part.high))
    return [(tag, ranges(found)) for tag, found in spans.items()]


def _net(part: Part, bits: int) -> Net:
    return Net(4 if bits == 32 else 6, part.low, part.high, bits - (part.high - part.low).bit_length())


def _ordered(made: IpSet, dims: Sequence[str], nets: list[int]) -> Pred:
    """Two networks and exceptions: the kernel tries all pairs of lengths, the first component's longest first; the first found decides."""
    bits = BITS[made.family or 4]
    ranked = sorted(made.entries, key=lambda entry: [-_net(entry[0][place], bits).length for place in nets])
    found: list[Pred] = []
    exceptions: list[tuple[Part, ...]] = []
    for parts, nomatch in ranked:
        if nomatch:
            exceptions.append(parts)
            continue
        over = [Not(_entry(made, other, dims)) for other in exceptions if _meet(parts, other)]
        found.append(both(_entry(made, parts, dims), *over))
    return _any(found)


def _entry(made: IpSet, parts: tuple[Part, ...], dims: Sequence[str]) -> Pred:
    return both(*(_test(made, place, part.tag, ranges([(part.low, part.high)]), dims) for place, part in enumerate(parts)))


def _meet(one_entry: tuple[Part, ...], other: tuple[Part, ...]) -> bool:
    return all(a.tag == b.tag and a.low <= b.high and b.low <= a.high for a, b in zip(one_entry, other, strict=True))


def _any(parts: Iterable[Pred]) -> Pred:
    found = tuple(part for part in parts if part != NEVER)
    return found[0] if len(found) == 1 else Or(found)


# ---------------------------------------------------------------- one component
def _test(made: IpSet, place: int, tag: str | int, values: Ranges, dims: Sequence[str]) -> Pred:
    direction = dims[place]
    match made.dims[place]:
        case "ip" | "net":
            return Test(direction, values)
        case "port":
            return _port(tag, values, "sport" if direction == "src" else "dport")
        case "mac":
            if direction == "src":
                return Test("mac_source", values)
            return Unknown("the destination MAC address is not part of a flow", ("set", made.name, *dims), ("dst",))
        case "mark":
            return Test("mark", Masked(int(made.header.get("markmask", "0xffffffff"), 0), int(tag)))
        case _:
            return _interface(str(tag), "in" if direction == "src" else "out")


def _port(tag: str | int, values: Ranges, field: str) -> Pred:
    """ip_set_getport.c: a later fragment has no ports; of ICMP, type and code stand there; other protocols have port 0."""
    first = Test("fragment", one(0))
    if tag == "":  # bitmap:port
        return both(Test("proto", Ranges(((6, 6), (17, 17)))), first, Test(field, values))
    proto = Test("proto", one(int(tag)))
    if tag in (1, 58):
        codes = (value for low, high in values.parts for value in range(low, high + 1))
        return both(proto, first, _any(both(Test("icmp_type", one(v >> 8)), Test("icmp_code", one(v & 255))) for v in codes))
    if tag in PORTED and tag != 33:
        return both(proto, first, Test(field, values))
    return proto if 0 in values else NEVER


def _interface(text: str, way: str) -> Pred:
    name, bridge_port = text.removeprefix("physdev:"), text.startswith("physdev:")
    field = f"physdev_{way}" if bridge_port else f"{way}_interface"
    return Test(field, Name(name[:-1], prefix=True) if name.endswith("+") else Name(name))
