"""The route of a packet: the rows of all tables in the order in which the kernel comes to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from iptsim.host.links import Link
from iptsim.host.places import Net, net
from iptsim.host.routes import Hop, RouteLine, RuleLine
from iptsim.names import PROTOCOLS
from iptsim.predicate import ALWAYS, NEVER, Masked, Name, Or, Pred, Ranges, Test, Unknown, both, given, one, ranges
from iptsim.values import ip_text

DEFAULT_RULES = (
    RuleLine(0, argument="local", text="0: from all lookup local"),
    RuleLine(32766, argument="main", text="32766: from all lookup main"),
    RuleLine(32767, argument="default", text="32767: from all lookup default"),
)
_LINK_LOCAL = net("fe80::/10")


@dataclass(frozen=True, slots=True)
class Route:
    """One row: the first whose `when` holds for the packet decides.

    `kind` is unicast, local, broadcast, blackhole, unreachable or prohibit; `via` the gateway (None: the destination itself);
    `prefsrc` the source that a packet of this host gets; `text` the line it comes from.
    """

    when: Pred
    kind: str
    out: str
    via: int | None
    prefsrc: int | None
    text: str


def rows(lines: Iterable[RouteLine], rules: Sequence[RuleLine], family: int) -> tuple[Route, ...]:
    """The rows of one family. The local table is left out: what it says is said by the types of addresses."""
    tables: dict[str, list[RouteLine]] = {}
    for line in lines:
        if line.net.family == family and not line.dead:
            tables.setdefault(line.table, []).append(line)
    found: list[Route] = []
    passed: list[tuple[int, Pred]] = []  # a goto that holds passes over all rules before its target
    for rule in sorted(rules, key=lambda rule: rule.priority):
        when = _when(rule)
        over = [given(jump, True) for target, jump in passed if rule.priority < target]
        when = both(when, *over)
        if rule.action == "goto":
            passed.append((int(rule.argument), when))
        elif rule.action == "lookup" and rule.argument != "local":
            found += _table(tables.get(rule.argument, []), when, rule.suppress)
        elif rule.action not in ("lookup", "nop"):
            found.append(Route(when, rule.action, "", None, None, rule.text))
    return tuple(found)


def _table(lines: list[RouteLine], rule: Pred, suppress: int) -> Iterator[Route]:
    """Longest prefix, then the TOS, then the lowest metric (fib_trie.c); a `throw` leaves its addresses to the next rule."""
    ordered = sorted(lines, key=lambda line: (-line.net.length, -line.tos, line.metric))
    thrown: list[Net] = []
    seen: set[tuple[Net, int, str]] = set()
    for line in ordered:
        scoped = line.net.family == 6 and line.net.length and _LINK_LOCAL.low <= line.net.low <= _LINK_LOCAL.high
        key = (line.net, line.tos, line.hops[0].out if scoped and line.hops else "")
        if key in seen or line.net.length <= suppress:
            continue
        seen.add(key)
        if line.kind == "throw":
            thrown.append(line.net)
            continue
        where = _dst(line.net, thrown)
        tos = Test("tos", Masked(0x1C, line.tos)) if line.tos else ALWAYS
        # a link-local address is one of the link that the packet came by (ipv6/route.c: rt6_need_strict)
        link = Or(tuple(Test("in_interface", Name(name)) for name in ("", key[2]))) if scoped else ALWAYS
        yield from _hops(line, both(rule, where, tos, link))


def _hops(line: RouteLine, when: Pred) -> Iterator[Route]:
    """One row per next hop: which of several is taken is a hash of the flow that nobody outside the kernel knows."""
    hops = line.hops or (Hop(""),)
    for hop in hops[:-1]:
        taken = Unknown(f"one of {len(hops)} next hops of {line.net} is chosen by a hash", ("nexthop", str(line.net), hop.out), ("src", "dst"))
        yield Route(both(when, taken), line.kind, hop.out, hop.via, line.prefsrc, line.text)
    yield Route(when, line.kind, hops[-1].out, hops[-1].via, line.prefsrc, line.text)


def _dst(where: Net, thrown: list[Net]) -> Pred:
    inside = sorted((out for out in thrown if where.low <= out.low <= where.high), key=lambda out: out.low)
    parts, start = [], where.low
    for out in inside:
        parts.append((start, out.low - 1))
        start = max(start, out.high + 1)
    kept = ranges([*parts, (start, where.high)])
    return ALWAYS if not inside and not where.length else Test("dst", kept)


# ---------------------------------------------------------------- what a rule asks
def _when(rule: RuleLine) -> Pred:
    return given(both(*(_selector(name, value) for name, value in rule.selectors), *_l3mdev(rule)), rule.negated)


def _l3mdev(rule: RuleLine) -> list[Pred]:
    if rule.argument != "[l3mdev-table]":
        return []
    return [Unknown("which interfaces belong to a VRF is not known", ("l3mdev",), ("in_interface",))]


def _selector(name: str, value: str) -> Pred:
    match name:
        case "from" | "to":
            where = net(value)
            return Test("src" if name == "from" else "dst", Ranges(((where.low, where.high),)))
        case "iif":
            # what this host sends counts as come in by lo
            return Or((Test("in_interface", Name("")), Test("in_interface", Name("lo")))) if value == "lo" else Test("in_interface", Name(value))
        case "oif":
            return NEVER  # only a socket that is bound to the interface asks so
        case "fwmark":
            mark, _, mask = value.partition("/")
            return Test("mark", Masked(int(mask or "0xffffffff", 0), int(mark, 0)))
        case "tos" | "dsfield":
            tos = int(value, 0)
            return Test("tos", Masked(0x1C if tos & 0x1C == tos else 0xFC, tos))
        case "ipproto":
            return Test("proto", one(PROTOCOLS[value] if value in PROTOCOLS else int(value)))
        case _:
            low, _, high = value.partition("-")
            field = "uid_owner" if name == "uidrange" else name
            return Test(field, ranges([(int(low), int(high or low))]))


# ---------------------------------------------------------------- what addresses alone tell
def connected(links: Iterable[Link]) -> list[RouteLine]:
    """The routes that the kernel makes by itself: to the subnet of each primary address."""
    found = []
    for link in links:
        for address in link.primary(4) + link.primary(6):
            if link.name != "lo" and (address.net.length < (32 if address.family == 4 else 128) or address.net.low != address.value):
                source = address.value if address.family == 4 else None
                tail = f" src {ip_text(source, 4)}" if source is not None else ""
                text = f"{address.net} dev {link.name} proto kernel scope link{tail}"
                found.append(RouteLine(address.net, hops=(Hop(link.name),), prefsrc=source, text=text))
    return found
