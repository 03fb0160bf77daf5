"""addrtype: what an address is to this host."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.names import ADDRESS_TYPES, ANYCAST, LOCAL, MULTICAST, UNICAST, UNSPEC
from iptsim.predicate import ALWAYS, NEVER, Not, Or, Pred, Test, Unknown, both, given, ranges

TYPES = values.words_of(ADDRESS_TYPES, "address types")
UNREACHABLE = ADDRESS_TYPES.index("UNREACHABLE")
# The types that a route lookup finds; all but LOCAL are plain unicast addresses to the eye.
ROUTED = (LOCAL, ANYCAST, UNREACHABLE)


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
        return None if self.has(Addrtype.src_type) or self.has(Addrtype.dst_type) else "addrtype needs --src-type or --dst-type"

    def asks(self) -> Pred:
        rows = (("src", Addrtype.src_type), ("dst", Addrtype.dst_type))
        return both(*(given(self._type(end, self.get(row)), self.negated(row)) for end, row in rows if self.has(row)))

    def _type(self, end: str, names: tuple[str, ...]) -> Pred:
        types = tuple(ADDRESS_TYPES.index(name) for name in names)
        field = f"{end}_type"
        if self.family == 6:
            return _type6(field, types)
        if not self.has(Addrtype.limit_in) and not self.has(Addrtype.limit_out):
            return _one_of(field, types)
        return _on_interface(end, types, "in" if self.has(Addrtype.limit_in) else "out")


def _one_of(field: str, types: tuple[int, ...]) -> Pred:
    return Test(field, ranges((t, t) for t in types)) if types else NEVER


def _type6(field: str, types: tuple[int, ...]) -> Pred:
    shape = {UNSPEC: (UNSPEC,), UNICAST: (UNICAST, *ROUTED), MULTICAST: (MULTICAST,)}
    routed = tuple(t for t in types if t in ROUTED)
    return both(*(_one_of(field, shape[t]) for t in types if t in shape), _one_of(field, routed) if routed else ALWAYS)


def _on_interface(end: str, types: tuple[int, ...], way: str) -> Pred:
    """An address that belongs to another interface counts as UNICAST."""
    reads = (end, f"{way}_interface")
    here = Unknown(f"it is not known whether the address belongs to the interface it {'came in' if way == 'in' else 'leaves'} by",
                   ("addrtype", end, f"limit-iface-{way}"), reads)  # fmt: skip
    field = f"{end}_type"
    own = _one_of(field, tuple(t for t in types if t in (LOCAL, 3)))
    rest = _one_of(field, tuple(t for t in types if t not in (LOCAL, 3)))
    foreign = both(Test(field, ranges([(LOCAL, 3)])), Not(here)) if UNICAST in types else NEVER
    return Or((rest, both(own, here), foreign))
