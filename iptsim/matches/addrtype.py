"""addrtype: what an address is to this host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from iptsim import values
from iptsim.extension import Match, Option, Place
from iptsim.names import ADDRESS_TYPES, ANYCAST, BROADCAST, LOCAL, MULTICAST, UNICAST, UNSPEC
from iptsim.predicate import ALWAYS, NEVER, Not, Or, Pred, Test, Unknown, both, given, one, ranges

TYPES = values.words_of(ADDRESS_TYPES, "address types")
UNREACHABLE = ADDRESS_TYPES.index("UNREACHABLE")
# The types that a route lookup finds; all but LOCAL are plain unicast addresses to the eye.
ROUTED = (LOCAL, ANYCAST, UNREACHABLE)
# Those that IPv6 does not know (addrtype_mt_checkentry_v1).
FOREIGN = {"BROADCAST", "BLACKHOLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"}
# Those that --limit-iface-in and --limit-iface-out are about, in IPv4.
OWN = (LOCAL, BROADCAST)


class Addrtype(Match, name="addrtype"):
    """Compare what an address is to this host: LOCAL is any address of its own, on whatever interface.

    IPv4 (inet_dev_addr_type) gives an address exactly one type, and a list means one of them. IPv6 (match_type6) asks for all of MULTICAST,
    UNICAST and UNSPEC in the list, and one of the rest; there an address of this host is UNICAST as well as LOCAL.
    """

    src_type = Option("--src-type", TYPES, says="the type of the source address is {}", negatable=True)
    dst_type = Option("--dst-type", TYPES, says="the type of the destination address is {}", negatable=True)
    limit_in = Option("--limit-iface-in", None, says="only the interface it came in by counts", excludes=("--limit-iface-out",))
    limit_out = Option("--limit-iface-out", None, says="only the interface it leaves by counts", excludes=("--limit-iface-in",))

    def problem(self) -> str | None:
        if not self.has(Addrtype.src_type) and not self.has(Addrtype.dst_type):
            return "addrtype needs --src-type or --dst-type"
        asked = {*self.get(Addrtype.src_type, ()), *self.get(Addrtype.dst_type, ())}
        wrong = sorted(asked & FOREIGN) if self.family == 6 else []
        return f"IPv6 has no addresses of type {' or '.join(wrong)}" if wrong else None

    def place(self) -> Place:
        into, out = ("PREROUTING", "INPUT", "FORWARD"), ("FORWARD", "OUTPUT", "POSTROUTING")
        return super().place()._replace(hooks=into if self.has(Addrtype.limit_in) else out if self.has(Addrtype.limit_out) else ())

    def asks(self) -> Pred:
        rows = (("src", Addrtype.src_type), ("dst", Addrtype.dst_type))
        return both(*(given(self._type(end, self.get(row)), self.negated(row)) for end, row in rows if self.has(row)))

    def _type(self, end: str, names: tuple[str, ...]) -> Pred:
        types = tuple(ADDRESS_TYPES.index(name) for name in names)
        way = "in" if self.has(Addrtype.limit_in) else "out" if self.has(Addrtype.limit_out) else ""
        here: Pred = ALWAYS
        if way:
            verb = {"in": "came in", "out": "leaves"}[way]
            reason = f"it is not known whether the address belongs to the interface it {verb} by"
            here = Unknown(reason, ("addrtype", end, f"limit-iface-{way}"), (end, f"{way}_interface"))
        return (_type6 if self.family == 6 else _type4)(f"{end}_type", types, here)


def _one_of(field: str, types: Iterable[int]) -> Pred:
    parts = ranges((t, t) for t in types)
    return Test(field, parts) if parts.parts else NEVER


def _type4(field: str, types: tuple[int, ...], here: Pred) -> Pred:
    """With a limit, an address that belongs to another interface counts as UNICAST."""
    if here is ALWAYS:
        return _one_of(field, types)
    own, rest = _one_of(field, set(types) & set(OWN)), _one_of(field, set(types) - set(OWN))
    foreign = both(_one_of(field, OWN), Not(here)) if UNICAST in types else NEVER
    return Or((rest, both(own, here), foreign))


def _type6(field: str, types: tuple[int, ...], here: Pred) -> Pred:
    """With a limit, the route is looked up on that interface alone (match_lookup_rt6)."""
    shape = {UNSPEC: (UNSPEC,), UNICAST: (UNICAST, *ROUTED), MULTICAST: (MULTICAST,)}
    asked = [_one_of(field, shape[t]) for t in types if t in shape]
    if set(types) & set(ROUTED):
        # the first address of a network is ANYCAST (ipv6_anycast_destination), and there is a route for all of ff00::/8
        plain = {
            ANYCAST: Or((_one_of(field, (ANYCAST,)), Test(field.removesuffix("_type"), one(0xFF00 << 112)))),
            UNREACHABLE: _one_of(field, (UNREACHABLE,)),
        }
        other = (replace(here, key=(*here.key, ADDRESS_TYPES[kind])) if isinstance(here, Unknown) else plain[kind] for kind in plain if kind in types)
        asked.append(Or((both(_one_of(field, {LOCAL} & set(types)), here), *other)))
    return both(*asked)
