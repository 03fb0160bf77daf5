"""What kind of address each address is to this host, as fib_frontend.c: inet_addr_type answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from iptsim.host.links import Link
from iptsim.host.places import Net, everything, masked, net
from iptsim.host.routes import RouteLine
from iptsim.names import ADDRESS_TYPES, ANYCAST, BROADCAST, LOCAL, MULTICAST, UNICAST, UNSPEC
from iptsim.predicate import And, Name, Or, Pred, Ranges, Test, ranges

Typed = tuple[Net, int]

# True on every host that has lo up.
_FIXED: dict[int, tuple[Typed, ...]] = {
    4: (
        (net("127.0.0.0/8"), LOCAL), (net("127.255.255.255"), BROADCAST), (net("224.0.0.0/4"), MULTICAST),
        (net("255.255.255.255"), BROADCAST), (net("0.0.0.0"), BROADCAST),
    ),
    6: ((net("::1"), LOCAL), (net("ff00::/8"), MULTICAST), (net("::"), UNSPEC)),
}  # fmt: skip
_FIRST_GROUP6 = 0xFF00 << 112
UNREACHABLE = ADDRESS_TYPES.index("UNREACHABLE")
_BY_KIND = {"local": LOCAL, "broadcast": BROADCAST, "anycast": ANYCAST}


def fixed_types(family: int) -> tuple[tuple[int, Ranges], ...]:
    """The part that holds on every host: (type, addresses), disjoint; the rest of the addresses is open."""
    return paint(_FIXED[family])


def address_types(
    links: Iterable[Link], local: Iterable[RouteLine], family: int, forwarding: Callable[[str], bool], routed: Iterable[Typed] = ()
) -> tuple[tuple[int, Ranges], ...]:
    """Every address, by type, disjoint: from the addresses of the interfaces and the rows of the local table. IPv6 looks up the route too."""
    typed: list[Typed] = [(everything(family), UNICAST), *routed]
    for link in links:
        typed += _link_types(link, family, forwarding)
    typed += [(line.net, _BY_KIND[line.kind]) for line in local if line.kind in _BY_KIND and line.net.family == family]
    return paint((*typed, *_FIXED[family]))


def routed6(lines: Iterable[RouteLine]) -> list[Typed]:
    """What match_lookup_rt6() and ipv6_anycast_destination() find in the main table: an address without a way is UNREACHABLE, the first of a
    network that is on-link ANYCAST."""
    typed: list[Typed] = [(everything(6), UNREACHABLE)]
    for line in sorted(lines, key=lambda line: -line.metric):
        if line.kind != "unicast":
            typed.append((line.net, UNREACHABLE))
            continue
        typed.append((line.net, UNICAST))
        if line.net.length < 127 and line.hops and line.hops[0].via is None:
            typed.append((masked(line.net.low, 128, 6), ANYCAST))
    return typed


def _link_types(link: Link, family: int, forwarding: Callable[[str], bool]) -> Iterable[Typed]:
    """fib_frontend.c: fib_add_ifaddr, addrconf.c: addrconf_join_anycast."""
    primary = link.primary(family)
    for address in link.addresses:
        if address.family != family:
            continue
        yield masked(address.value, 32 if family == 4 else 128, family), LOCAL
        if family == 6:
            if address.net.length < 127 and link.name != "lo" and forwarding(link.name):
                yield masked(address.net.low, 128, 6), ANYCAST
            continue
        if address.broadcast is not None:
            yield masked(address.broadcast, 32, 4), BROADCAST
        if address in primary and address.net.length < 31:
            yield masked(address.net.high, 32, 4), BROADCAST
        if link.name == "lo":
            yield address.net, LOCAL


def on_interface(links: Iterable[Link], end: str, way: str) -> Pred:
    """Does the address at that end (`src`, `dst`) belong to the interface it came in or leaves by? As inet_dev_addr_type asks."""
    everywhere = Test(end, Ranges(((0, 0), (0xFFFFFFFF, 0xFFFFFFFF))))
    return Or((everywhere, of_one(end, way, {link.name: [net for net, _ in _link_types(link, 4, bool)] for link in links})))


def on_interface6(links: Iterable[Link], end: str, way: str) -> Pred:
    """The same for IPv6 (nf_ipv6_chk_addr)."""
    return of_one(end, way, {link.name: [net for net, kind in _link_types(link, 6, bool) if kind == LOCAL] for link in links})


def alone6(links: Iterable[Link], lines: Sequence[RouteLine], kind: int, forwarding: Callable[[str], bool]) -> dict[str, list[Net]]:
    """The addresses that are of that type where their route is looked up on one interface alone, by interface."""
    found: dict[str, list[Net]] = {}
    for link in links:
        mine = [line for line in lines if any(hop.out == link.name for hop in line.hops)]
        types = dict(address_types([link], (), 6, forwarding, routed6(mine)))
        parts = types.get(kind, Ranges(())).parts
        if 0 in dict(paint(routed6(mine))).get(kind, Ranges(())):  # :: has a route, or none, as other addresses have
            parts = ((0, 0), *parts)
        if kind == ANYCAST and link.name != "lo":  # each interface has a route for all of ff00::/8
            parts = (*parts, (_FIRST_GROUP6, _FIRST_GROUP6))
        found[link.name] = [Net(6, low, high, 0) for low, high in parts]
    return found


def of_one(end: str, way: str, held: Mapping[str, Iterable[Net]]) -> Pred:
    """That the address is of those that the interface has."""
    sets = ((name, ranges((net.low, net.high) for net in nets)) for name, nets in held.items())
    return Or(tuple(And((Test(f"{way}_interface", Name(name)), Test(end, own))) for name, own in sets if own.parts))


def paint(typed: Iterable[Typed]) -> tuple[tuple[int, Ranges], ...]:
    """The longest prefix decides; of equal ones an own address. Networks are nested or apart, so one sweep with a stack is enough."""
    best: dict[Net, int] = {}
    for where, kind in typed:
        if best.get(where) != LOCAL:
            best[where] = kind
    found: dict[int, list[tuple[int, int]]] = {}
    open_nets: list[tuple[int, int]] = []
    at = 0

    def close(until: int) -> None:
        """Give what lies before `until` to the innermost networks that are open there."""
        nonlocal at
        while open_nets:
            high, kind = open_nets[-1]
            upto = min(high, until - 1)
            if at <= upto:
                found.setdefault(kind, []).append((at, upto))
                at = upto + 1
            if high >= until:
                return
            open_nets.pop()

    for where in sorted(best, key=lambda n: (n.low, n.length)):
        close(where.low)
        at = where.low
        open_nets.append((where.high, best[where]))
    close(1 << 129)
    return tuple((kind, ranges(found[kind])) for kind in sorted(found))
