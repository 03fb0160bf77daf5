"""What kind of address each address is to this host, as fib_frontend.c: inet_addr_type answers it."""

from __future__ import annotations

from collections.abc import Iterable

from iptsim.host.links import Link
from iptsim.host.places import Net, everything, masked, net
from iptsim.host.routes import RouteLine
from iptsim.names import ANYCAST, BROADCAST, LOCAL, MULTICAST, UNICAST, UNSPEC
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
_BY_KIND = {"local": LOCAL, "broadcast": BROADCAST, "anycast": ANYCAST}


def fixed_types(family: int) -> tuple[tuple[int, Ranges], ...]:
    """The part that holds on every host: (type, addresses), disjoint; the rest of the addresses is open."""
    return paint(_FIXED[family])


def address_types(links: Iterable[Link], local: Iterable[RouteLine], family: int, forwarding: bool) -> tuple[tuple[int, Ranges], ...]:
    """Every address, by type, disjoint: from the addresses of the interfaces and the rows of the local table."""
    typed: list[Typed] = [(everything(family), UNICAST)]
    for link in links:
        typed += _link_types(link, family, forwarding)
    typed += [(line.net, _BY_KIND[line.kind]) for line in local if line.kind in _BY_KIND and line.net.family == family]
    return paint((*typed, *_FIXED[family]))


def _link_types(link: Link, family: int, forwarding: bool) -> Iterable[Typed]:
    """fib_frontend.c: fib_add_ifaddr, addrconf.c: addrconf_join_anycast."""
    primary = link.primary(family)
    for address in link.addresses:
        if address.family != family:
            continue
        yield masked(address.value, 32 if family == 4 else 128, family), LOCAL
        if family == 6:
            if forwarding and address.net.length < 127 and link.name != "lo":
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
    held = ((link.name, ranges((net.low, net.high) for net, _ in _link_types(link, 4, False))) for link in links)
    return Or((everywhere, *(And((Test(f"{way}_interface", Name(name)), Test(end, own))) for name, own in held if own.parts)))


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
