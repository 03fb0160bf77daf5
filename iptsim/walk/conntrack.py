"""Conntrack: which state a packet is given (nf_conntrack_core.c, nf_conntrack_proto_tcp.c, nf_conntrack_proto_icmp.c)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from iptsim.names import ESTABLISHED, ICMP_ERRORS, INVALID, NEW, RELATED, UNTRACKED
from iptsim.predicate import And, Not, Or, Pred, Ranges, Test, one, ranges, tests
from iptsim.reading import Reading
from iptsim.ruleset import Ruleset
from iptsim.walk import tcp
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group, Nat, plus

# The protocols whose ports tell connections apart, and which NAT changes. Since Linux 6.17 DCCP is none of them.
PORTED = (6, 17, 132, 136)
HAS_PORTS = Test("proto", ranges((p, p) for p in PORTED))
_PORTS = ("ctorigsrcport", "ctorigdstport", "ctreplsrcport", "ctrepldstport")
_ICMP_OPENING = ranges((t, t) for t in (8, 13, 15, 17))
_ICMPV6_OPENING = ranges((t, t) for t in (128, 139))
# The type that answers each: invmap[] in nf_conntrack_proto_icmp.c and nf_conntrack_proto_icmpv6.c.
ANSWERS = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140}
# nf_conntrack_icmpv6_error(): neighbour discovery and multicast listener messages are left untracked.
_ICMPV6_UNTRACKED = ranges([(130, 136), (143, 143)])
# What is RELATED and no ICMP error opens a connection of its own, and asks nat as any other does (nf_nat_core.c: nf_nat_inet_fn).
_EXPECTED = And((Test("ctstate", one(RELATED)), Not(Test("proto", ranges([(1, 1), (58, 58)])))))
# An ICMP error is about an earlier packet, and belongs to the connection of that one (nf_conntrack_inet_error).
_ERROR = Or(tuple(And((Test("proto", one(proto)), Test("icmp_type", ranges((t, t) for t in types)))) for proto, types in ICMP_ERRORS.items()))


def active(ruleset: Ruleset) -> bool:
    """Does the kernel track connections at all? Only where some rule, reachable or not, uses an extension that needs it."""
    memo = ruleset._memo.get("conntrack")
    if memo is None:
        memo = ruleset._memo["conntrack"] = any(part.conntrack for rule in ruleset.rules() for part in rule.parts)
    return bool(memo)


def defragments(ruleset: Ruleset) -> bool:
    """Does the kernel put fragments together before any table? For conntrack, and for what looks sockets up (nf_defrag_ipv4_enable)."""
    memo = ruleset._memo.get("defrag")
    if memo is None:
        memo = ruleset._memo["defrag"] = active(ruleset) or any(part.defrag for rule in ruleset.rules() for part in rule.parts)
    return bool(memo)


def asks(ruleset: Ruleset, name: str) -> bool:
    """Does any rule ask for this field?"""
    memo: set[str] | None = ruleset._memo.get("fields asked")
    if memo is None:
        memo = ruleset._memo["fields asked"] = {test.field for rule in ruleset.rules() for test in tests(rule.predicate)}
    return name in memo


# The other family's ICMP (nf_conntrack_icmp_packet), and "no next header", after which there is nothing to look at.
NEVER_OPENS = {4: (58,), 6: (1, 59)}


def opens(family: int, loose: bool) -> Pred:
    """The packets that conntrack takes for the first of a connection; the others that it knows nothing of are INVALID."""
    proto, kinds = (1, _ICMP_OPENING) if family == 4 else (58, _ICMPV6_OPENING)
    return Or((
        And((Test("proto", one(6)), Test("tcp_flags", tcp.opening(loose)))),
        And((Test("proto", one(proto)), Test("icmp_type", kinds))),
        Not(Test("proto", ranges((n, n) for n in (*NEVER_OPENS[family], 6, proto)))),
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Connection:
    """An entry of the conntrack table: the fields by which its packets are known in each direction, its translation, its state."""

    original: tuple[tuple[str, int], ...]
    reply: tuple[tuple[str, int], ...]
    nat: Nat
    fields: tuple[tuple[str, Reading], ...]
    seen_reply: bool = False
    tcp: tcp.Tcp | None = None


def look_up(engine: Engine, groups: list[Group]) -> list[Group]:
    """The groups with their state."""
    if not active(engine.ruleset):
        return groups
    out: list[Group] = []
    for group in groups:
        if group.now.get("ctstate") in (UNTRACKED, INVALID) or group.phase.endswith("/lo"):
            out.append(group)
            continue
        rest: Group | None = group
        for connection in engine.connections:
            if rest is not None:
                mine, rest = _matched(engine, rest, connection)
                out += mine
        if rest is not None:
            out += _stranger(engine, rest)
    return engine.join(out)


def _matched(engine: Engine, group: Group, connection: Connection) -> tuple[list[Group], Group | None]:
    """Those that belong to the connection, with its state, and the rest."""
    mine: list[Group] = []
    rest: Group | None = group
    # answers first: they come first in the kernel's table too, which tells where source and destination are the same
    for direction, ends in ((tcp.REPLY, connection.reply), (tcp.ORIGINAL, connection.original)):
        pred = And(tuple(Test(name, one(value)) for name, value in ends))
        yes, rest = engine.split(rest, pred) if rest is not None else (None, None)
        if yes is not None and connection.tcp is not None:
            wrong, yes = engine.split(yes, Test("tcp_flags", connection.tcp.invalid(direction)))
            mine += [] if wrong is None else [wrong.rewrite(ctstate=INVALID)]
            again, yes = engine.split(yes, Test("tcp_flags", connection.tcp.reopens(direction))) if yes is not None else (None, None)
            mine += [] if again is None else _stranger(engine, again)
        if yes is not None:
            mine.append(_belonging(yes, connection, direction))
    return mine, rest


def _belonging(group: Group, connection: Connection, direction: int) -> Group:
    seen = connection.seen_reply or direction == tcp.REPLY
    state = ESTABLISHED if seen else NEW
    fields = {**dict(connection.fields), "ctstate": state, "ctdir": direction, "ct_confirmed": 1, "ct_seen_reply": int(seen)}
    return replace(group.rewrite(**fields), nat=connection.nat, opens=False)


def _stranger(engine: Engine, group: Group) -> list[Group]:
    """A packet of no known connection: NEW, INVALID or UNTRACKED, unless the user said what it is."""
    if "ctstate" in group.now or (not group.phase and "ctstate" in engine.setting.arrival):
        return _as_told(engine, group)
    out: list[Group] = []
    if engine.setting.family == 6:
        left, rest = engine.split(group, And((Test("proto", one(58)), Test("icmp_type", _ICMPV6_UNTRACKED))))
        if left is not None:
            out.append(left.rewrite(ctstate=UNTRACKED))
        if rest is None:
            return out
        group = rest
    loose = engine.setting.switch("net.netfilter.nf_conntrack_tcp_loose", 1) != 0
    opening, stray = engine.split(group, opens(engine.setting.family, loose))
    if opening is not None:
        out += _opened(engine, opening)
    if stray is not None:
        out.append(stray.rewrite(ctstate=INVALID))
    return out


def _opened(engine: Engine, group: Group) -> list[Group]:
    """New connections. Where a rule asks for the ports of connections, those that have none are set apart: an ICMP query has its id, type and
    code in their place, other protocols 0 (nf_conntrack_tuple.h)."""
    if not any(asks(engine.ruleset, name) for name in _PORTS):
        return [opened(group)]
    ported, rest = engine.split(group, HAS_PORTS)
    query, other = (None, None) if rest is None else engine.split(rest, Test("proto", ranges([(1, 1), (58, 58)])))
    out = [] if ported is None else [opened(ported)]
    out += [] if query is None else _queries(engine, query)
    return out if other is None else [*out, opened(other).rewrite(**dict.fromkeys(_PORTS, 0))]


def _queries(engine: Engine, group: Group) -> list[Group]:
    """ICMP queries by their type, each with the ports that its connection has."""
    id, out, rest = engine.open("id of the ICMP query", "ctorigsrcport"), [], group
    for kind, answer in ANSWERS.items():
        mine, left = engine.split(rest, Test("icmp_type", one(kind)))
        if mine is not None:
            there, back = (plus(mine.read("icmp_code"), one_of << 8) for one_of in (kind, answer))
            out.append(opened(mine).rewrite(ctorigsrcport=id, ctreplsrcport=id, ctorigdstport=there, ctrepldstport=back))
        if left is None:
            return out
        rest = left
    return [*out, opened(rest)]


def opened(group: Group, state: int = NEW) -> Group:
    """A new connection, named after the packet that opens it."""
    ends = {name: group.read(name) for name in ("src", "sport", "dst", "dport")}
    before = tuple(ends.items())
    fields = {"ctstate": state, "ctdir": 0, "ct_snat": 0, "ct_dnat": 0, "ct_seen_reply": 0, "ct_confirmed": 0}
    fresh = group.rewrite(**fields, **tuple_fields(before, before), ctproto=group.read("proto"))
    return replace(fresh, opens=True, nat=Nat(before, before, group.now.get("in_interface") == ""))


def tuple_fields(before: tuple[tuple[str, Reading], ...], after: tuple[tuple[str, Reading], ...]) -> dict[str, Reading]:
    """The ct… fields of a connection whose ends were `before` and became `after`: answers come from the new destination to the new source."""
    a, b = dict(before), dict(after)
    return {
        "ctorigsrc": a["src"], "ctorigsrcport": a["sport"], "ctorigdst": a["dst"], "ctorigdstport": a["dport"],
        "ctreplsrc": b["dst"], "ctreplsrcport": b["dport"], "ctrepldst": b["src"], "ctrepldstport": b["sport"],
    }  # fmt: skip


def _as_told(engine: Engine, group: Group) -> list[Group]:
    """The state that the user gave. Which packets opened the connection is then known only for one that opens it itself."""
    new, other = engine.split(group, Test("ctstate", one(NEW)))
    out = [] if new is None else _opened(engine, new)
    if other is not None:
        expected, rest = engine.split(other, _EXPECTED)
        none, having = (None, None) if rest is None else engine.split(rest, Test("ctstate", Ranges(((INVALID, UNTRACKED),))))
        out += [] if expected is None else [opened(expected, RELATED)]
        out += [] if none is None else [none]
        out += [] if having is None else _about(engine, having)
    return out


def _about(engine: Engine, group: Group) -> list[Group]:
    """RELATED errors with the connection of the last packet that they can be about: one that came from where the error goes to."""
    out: list[Group] = []
    errors, others = engine.split(group, And((Test("ctstate", one(RELATED)), _ERROR))) if engine.connections else (None, group)
    for connection in reversed(engine.connections):
        nat, seen = connection.nat, int(connection.seen_reply)
        for direction, sender in ((tcp.REPLY, dict(nat.after)["src"]), (tcp.ORIGINAL, dict(nat.before)["dst"])):
            if errors is not None and isinstance(sender, int):
                mine, errors = engine.split(errors, Test("dst", one(sender)))
                out += [] if mine is None else [_belonging(mine, connection, direction).rewrite(ctstate=RELATED, ct_seen_reply=seen)]
    return [*out, *(part for part in (errors, others) if part is not None)]


def entry(group: Group) -> Connection | None:
    """The table's entry for a connection that this (single, fully known) packet opened or belongs to; None if it left no trace."""
    if group.nat is None:
        return None
    before, after = dict(group.nat.before), dict(group.nat.after)
    proto = group.now.get("proto")
    original: list[tuple[str, object]] = [("src", before["src"]), ("dst", before["dst"]), ("proto", proto)]
    reply: list[tuple[str, object]] = [("src", after["dst"]), ("dst", after["src"]), ("proto", proto)]
    if proto in PORTED:
        original += [("sport", before["sport"]), ("dport", before["dport"])]
        reply += [("sport", after["dport"]), ("dport", after["sport"])]
    kind = group.now.get("icmp_type")
    if proto in (1, 58) and isinstance(kind, int):
        original.append(("icmp_type", kind))
        reply.append(("icmp_type", ANSWERS.get(kind)))
        original.append(("icmp_code", group.now.get("icmp_code")))
        reply.append(original[-1])
    fields = tuple((name, reading) for name, reading in group.now.items() if name.startswith("ct") and name not in ("ctstate", "ctdir"))
    flags = group.now.get("tcp_flags")
    state = tcp.opened(flags) if proto == 6 and isinstance(flags, int) else None
    return Connection(_known(original), _known(reply), group.nat, (*fields, ("connmark", group.read("connmark"))), tcp=state)


def _known(parts: list[tuple[str, object]]) -> tuple[tuple[str, int], ...]:
    return tuple((name, value) for name, value in parts if isinstance(value, int))


def remembered(connections: list[Connection], group: Group, passed: bool) -> list[Connection]:
    """The conntrack table after a packet. A connection is in it once its first packet `passed`; what comes later counts even if it is dropped."""
    fresh = entry(group)
    if fresh is None:
        return connections
    known = next((n for n, c in enumerate(connections) if c.nat is group.nat), None)
    if known is None:
        others = [c for c in connections if fresh.original not in (c.original, c.reply)]  # the one that it opens anew is forgotten
        return [*others, fresh] if passed or group.now.get("ct_confirmed") == 1 else others
    before = connections[known]
    direction, flags = group.now.get("ctdir"), group.now.get("tcp_flags")
    if group.now.get("ctstate") == RELATED:
        direction = None  # an error goes either way without a trace
    state = before.tcp.after(flags, direction) if before.tcp and isinstance(flags, int) and isinstance(direction, int) else None
    if state is not None and state.state == "CLOSE" and not before.seen_reply:
        return [*connections[:known], *connections[known + 1 :]]  # answered by a RST alone
    fields = tuple((name, group.read(name) if name == "connmark" else reading) for name, reading in before.fields)
    after = replace(before, seen_reply=before.seen_reply or direction == tcp.REPLY, fields=fields, tcp=state or before.tcp)
    return [*connections[:known], *connections[known + 1 :], after]
