"""The host that the rules run on, as far as it is known."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from iptsim.errors import HostError
from iptsim.host import docker as docker_
from iptsim.host import sysctls as sysctls_
from iptsim.host.docker import Network
from iptsim.host.links import Address, Interface, Link, links_of, merged
from iptsim.host.membership import membership, reversed_exceptions
from iptsim.host.places import BITS
from iptsim.host.routes import RouteLine, RuleLine, in_families, route_line, rule_line
from iptsim.host.routing import DEFAULT_RULES, Route, connected, rows
from iptsim.host.sets import IpSet, sets_of
from iptsim.host.types import Typed, address_types, alone6, fixed_types, of_one, on_interface, on_interface6, routed6
from iptsim.names import ADDRESS_TYPES, ANYCAST
from iptsim.predicate import Pred, Ranges, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Host:
    """Interfaces, addresses, routes, ipsets and settings of a host. What was not given is None where "not known" and "none" differ.

    >>> host = Host(interfaces={"eth0": ["198.51.100.10/24"]}, routes=["default via 198.51.100.1 dev eth0"])
    >>> [(route.out, route.text) for route in host.routing(4)]
    [('eth0', 'default via 198.51.100.1 dev eth0')]

    Keywords: `interfaces` name -> addresses; `routes` and `rules` lines as `ip route` and `ip rule` print them; `ipsets` name ->
    {"type", "family", "entries"}; `sysctls` name -> number; `bridges` name -> ports; `neighbours` lines of `ip neigh`; `docker` the
    objects that `docker inspect` and `docker network inspect` print. Raises HostError.
    """

    links: tuple[Link, ...] | None
    routes: tuple[RouteLine, ...] | None
    rules: tuple[RuleLine, ...]
    ipsets: Mapping[str, IpSet]
    sysctls: Mapping[str, int]
    bridges: Mapping[str, tuple[str, ...]]
    neighbours: tuple[str, ...]
    networks: tuple[Network, ...]
    names: Mapping[str, tuple[docker_.Attachment, ...]]
    _memo: dict[Any, Any]

    KEYWORDS: ClassVar[tuple[str, ...]] = ("interfaces", "routes", "rules", "ipsets", "sysctls", "bridges", "neighbours", "docker")

    def __init__(self, **given: Any) -> None:
        unknown = [key for key in given if key not in self.KEYWORDS]
        if unknown:
            raise HostError(f"a host has no {unknown[0]!r}", expected=", ".join(self.KEYWORDS))
        for key, read in _READERS.items():
            try:
                value = read(given.get(key))
            except (ValueError, TypeError, KeyError, AttributeError, IndexError) as problem:
                raise HostError(f"{key}: {problem}", expected=_EXPECTED[key]) from None
            for name, part in value.items():
                object.__setattr__(self, name, part)
        object.__setattr__(self, "bridges", _bridges(self.links or (), given.get("bridges") or {}))
        object.__setattr__(self, "_memo", {})

    def __repr__(self) -> str:
        links, routes = ("?" if known is None else len(known) for known in (self.links, self.routes))
        return f"<Host {links} interfaces, {routes} routes, {len(self.ipsets)} ipsets, {len(self.names)} container names>"

    @classmethod
    def read(cls, **files: Any) -> Host:
        """A host from files: `addr route rule ipset sysctl docker toml bundle`, a path or a list of paths each. Raises HostError."""
        from iptsim.host.reading import read

        return cls(**read(files))

    # ---------------------------------------------------------------- interfaces
    @property
    def interfaces(self) -> Mapping[str, tuple[Interface, ...]] | None:
        """The addresses of each interface in the order of `ip addr`; None where they are not known."""
        links = self.links
        return None if links is None else self._once(("interfaces",), lambda: {link.name: tuple(a.ip for a in link.addresses) for link in links})

    def interface_names(self) -> list[str]:
        """The interfaces that anything names: addresses, routes, bridges, Docker."""
        names = [link.name for link in self.links or ()]
        names += [hop.out for line in self.routes or () for hop in line.hops if hop.out]
        names += [name for bridge, ports in self.bridges.items() for name in (bridge, *ports)]
        return list(dict.fromkeys(names + [network.interface for network in self.networks]))

    def link(self, name: str) -> Link | None:
        """The interface of that name, if it is known."""
        return next((link for link in self.links or () if link.name == name), None)

    def sysctl(self, name: str, default: int) -> int:
        """A kernel setting as it counts: `net.ipv4.conf.eth0.rp_filter` is the greater of `all` and eth0's own."""
        return sysctls_.setting(self.sysctls, name, default)

    # ---------------------------------------------------------------- addresses
    def types(self, family: int) -> tuple[tuple[int, Ranges], ...] | None:
        """The addresses of each type (names.LOCAL ...): disjoint, and together all addresses. None where the host's are not known."""
        return self._once(("types", family), lambda: self._types(family))

    def _types(self, family: int) -> tuple[tuple[int, Ranges], ...] | None:
        local = [line for line in self.routes or () if line.table == "local" and line.net.family == family]
        if self.links is None and not local:
            return None
        return address_types(self.links or (), local, family, self._forwarding, self._routed() if family == 6 else ())

    def _forwarding(self, interface: str) -> bool:
        """Of IPv6; where it is not told, it is on."""
        return self.sysctl(f"net.ipv6.conf.{interface}.forwarding", 1) > 0

    def _routed(self) -> list[Typed]:
        """What the routes of IPv6 say of addresses: known where no rule leads to other tables than the main one. The kernel asks without a mark."""
        usual = all(rule.priority in (0, 32766, 32767) or rule.needs_mark for rule in self.rules)
        return routed6(self._main) if self.complete(6) and usual else []

    @property
    def _main(self) -> tuple[RouteLine, ...]:
        return tuple(line for line in self.routes or () if line.net.family == 6 and line.table == "main" and not line.dead)

    def far_anycast(self, family: int) -> Ranges:
        """The addresses that are ANYCAST by their route, without being delivered here: of networks that this host is no router of."""
        if family == 4 or not self.types(6):
            return Ranges(())
        local = [line for line in self.routes or () if line.table == "local" and line.net.family == 6]
        here = dict(address_types(self.links or (), local, 6, self._forwarding)).get(ANYCAST, Ranges(()))
        return Ranges(tuple(part for part in dict(self.types(6) or ()).get(ANYCAST, here).parts if part not in here.parts))

    def fixed_types(self, family: int) -> tuple[tuple[int, Ranges], ...]:
        """The part of `types` that holds on every host."""
        return fixed_types(family)

    def address_for(self, interface: str, nexthop: int | None, family: int) -> int | None:
        """The source that MASQUERADE gives: of `nexthop`'s subnet where there is one there. For IPv6, give the destination for `nexthop`.

        devinet.c: inet_select_addr. IPv6 is RFC 6724 as far as scopes and the longest common prefix. None where not known, or there is none.
        """
        link = self.link(interface)
        if link is None:
            return None
        if family == 6 and any(a.value == nexthop for other in self.links or () for a in other.addresses):
            return nexthop  # RFC 6724, rule 1
        own = [a for a in link.primary(family) if a.scope == "global"]
        if not own:
            own = [a for other in self.links or () if other.name != interface for a in other.primary(family) if a.scope == "global"]
            if not own or family == 4:
                return own[0].value if own else None
        return _nearest(own, nexthop).value

    def first_address(self, interface: str, family: int, among: Container[object] | None = None) -> int | None:
        """The address that REDIRECT takes: the first of the interface (nf_nat_redirect.c). None where not known, or there is none."""
        link = self.link(interface)
        return next((a.value for a in link.primary(family) if among is None or a.value in among), None) if link else None

    # ---------------------------------------------------------------- routes
    def complete(self, family: int) -> bool:
        """Were the routes of that family given, so that what no row takes is unreachable? An empty list of routes is one of IPv4."""
        if self.routes is None:
            return False
        families = {line.net.family for line in self.routes}
        return family in families if families else family == 4

    def routing(self, family: int) -> tuple[Route, ...] | None:
        """The rows that decide where a packet goes, the first that holds. None where nothing is known of it.

        Without routes, those that the kernel makes for the addresses; what is beyond them is open then (`complete`).
        """
        return self._once(("routing", family), lambda: self._routing(family))

    def _routing(self, family: int) -> tuple[Route, ...] | None:
        rules = [rule for rule in self.rules if rule.family in (None, family)]
        if not any(rule.argument == "local" for rule in rules):  # `ip rule` lists it always: these come on top of the default ones
            rules += DEFAULT_RULES
        if self.complete(family):
            return rows(self.routes or (), rules, family)
        lines = connected(self.links or ()) if self.links is not None else docker_.connected(self.networks)
        return None if self.links is None and not lines else rows(lines, rules, family)

    # ---------------------------------------------------------------- sets and names
    def answer(self, unknown: Unknown, family: int | None = None) -> Pred | None:
        """What decides that unknown, as far as this host knows: of ("set", NAME, "src,dst") who is a member of it; else None.

        With `family`, a set of the other one has no members, as in the kernel (ip_set_core.c: ip_set_test).
        """
        match unknown.key:
            case ("set", name, dims, *more) if name in self.ipsets and not set(more) - {"--return-nomatch"}:
                return self._once((*unknown.key, family), lambda: self._members(name, dims, bool(more), family))
            case ("addrtype", end, "limit-iface-in" | "limit-iface-out" as way, *kind) if self.links is not None:
                return self._limited(end, way.removeprefix("limit-iface-"), kind, family)
        return None

    def _limited(self, end: str, way: str, kind: list[str], family: int | None) -> Pred | None:
        links = self.links or ()
        if family != 6:
            return on_interface(links, end, way)
        if not kind:
            return on_interface6(links, end, way)
        found = alone6(links, self._main, ADDRESS_TYPES.index(kind[0]), self._forwarding)
        return of_one(end, way, found) if self._routed() else None

    def with_parts(self, name: str) -> list[str]:
        """The set of that name, and those that are in it if it is a list of sets."""
        made = self.ipsets.get(name)
        return [name, *(str(parts[0].tag) for parts, _ in made.entries)] if made and made.type == "list:set" else [name]

    def _members(self, name: str, dims: str, reverse: bool, family: int | None) -> Pred | None:
        sets = reversed_exceptions(self.ipsets) if reverse else self.ipsets
        return membership(sets, name, dims.split(","), family)

    def resolve(self, name: str, family: int) -> int | None:
        """The address of a container, by its name or id."""
        return next((a.address for a in self.names.get(name, ()) if a.family == family), None)

    def _once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        if key not in self._memo:
            self._memo[key] = make()
        return cast(T, self._memo[key])


def _nearest(own: list[Address], nexthop: int | None) -> Address:
    if nexthop is None:
        return own[0]
    family = own[0].family
    if family == 4:
        return next((a for a in own if a.net.low <= nexthop <= a.net.high), own[0])
    return max(own, key=lambda a: min(a.net.length, BITS[6] - (a.value ^ nexthop).bit_length()))  # RFC 6724, rule 8


def _bridges(links: tuple[Link, ...], given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {link.name: () for link in links if link.bridge}
    for link in links:
        if link.master:
            found[link.master] = (*found.get(link.master, ()), link.name)
    return found | {name: tuple(ports) for name, ports in given.items()}


# ---------------------------------------------------------------- values as they may be given
def _links(given: Any) -> dict[str, Any]:
    if given is None:
        return {"links": None}
    return {"links": merged(links_of(given) if isinstance(given, Mapping) else given)}


def _routes(given: Any) -> dict[str, Any]:
    if given is None:
        return {"routes": None}
    return {"routes": tuple(in_families([line if isinstance(line, RouteLine) else route_line(line.split()) for line in given]))}


def _rules(given: Any) -> dict[str, Any]:
    return {"rules": tuple(line if isinstance(line, RuleLine) else rule_line(line.split()) for line in given or ())}


def _docker(given: Any) -> dict[str, Any]:
    networks, names = docker_.read_objects(given or ())
    return {"networks": networks, "names": names}


_READERS: dict[str, Any] = {
    "interfaces": _links, "routes": _routes, "rules": _rules, "docker": _docker,
    "ipsets": lambda given: {"ipsets": sets_of(given or {})},
    "sysctls": lambda given: {"sysctls": sysctls_.flattened(given or {})},
    "neighbours": lambda given: {"neighbours": tuple(given or ())},
}  # fmt: skip
_EXPECTED = {
    "interfaces": '{"eth0": ["198.51.100.10/24"]}', "routes": '["default via 198.51.100.1 dev eth0"]',
    "rules": '["100: from 10.0.0.0/8 lookup 200"]', "docker": "what `docker inspect` and `docker network inspect` print",
    "ipsets": '{"blocked": {"type": "hash:net", "entries": ["192.0.2.0/24"]}}', "sysctls": '{"net.ipv4.ip_forward": 1}',
    "neighbours": '["198.51.100.1 dev eth0 lladdr 02:00:00:00:00:01"]',
}  # fmt: skip
