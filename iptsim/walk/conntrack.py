"""Conntrack: which state a packet is given (nf_conntrack_core.c, nf_conntrack_proto_tcp.c, nf_conntrack_proto_icmp.c)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from iptsim.names import ESTABLISHED, INVALID, NEW, RELATED, UNTRACKED
from iptsim.predicate import And, Not, Or, Pred, Ranges, Test, one, ranges
from iptsim.reading import Reading
from iptsim.ruleset import Ruleset
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group, Nat

_FIN, _SYN, _RST, _ACK, _URG, _IGNORED = 0x01, 0x02, 0x04, 0x10, 0x20, 0xC8  # ECE, CWR and PSH do not matter to the state

# tcp_new(): without a connection only a SYN opens one, and (tcp_loose) an ACK from the middle of one.
_OPENING_FLAGS = ranges((f, f) for f in range(256) if f & ~_IGNORED in (_SYN, _SYN | _URG, _ACK, _ACK | _URG))
_SYN_FLAGS = ranges((f, f) for f in range(256) if f & ~_IGNORED in (_SYN, _SYN | _URG))
# tcp_valid_flags[]: with others no packet belongs to any connection. In which order those came is not followed.
_VALID = (_SYN, _SYN | _URG, _SYN | _ACK, _RST, _RST | _ACK, _FIN | _ACK, _FIN | _ACK | _URG, _ACK, _ACK | _URG)
_VALID_FLAGS = Or((Not(Test("proto", one(6))), Test("tcp_flags", ranges((f, f) for f in range(256) if f & ~_IGNORED in _VALID))))
_ICMP_OPENING = ranges((t, t) for t in (8, 13, 15, 17))
_ICMPV6_OPENING = ranges((t, t) for t in (128, 139))
# The type that answers each: invmap[] in nf_conntrack_proto_icmp.c and nf_conntrack_proto_icmpv6.c.
ANSWERS = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140}
# nf_conntrack_icmpv6_error(): neighbour discovery and multicast listener messages are left untracked.
_ICMPV6_UNTRACKED = ranges([(130, 136), (143, 143)])
# What is RELATED and no ICMP error opens a connection of its own, and asks nat as any other does (nf_nat_core.c: nf_nat_inet_fn).
_EXPECTED = And((Test("ctstate", one(RELATED)), Not(Test("proto", ranges([(1, 1), (58, 58)])))))


def active(ruleset: Ruleset) -> bool:
    """Does the kernel track connections at all? Only where some rule, reachable or not, uses an extension that needs it."""
    memo = ruleset._memo.get("conntrack")
    if memo is None:
        memo = ruleset._memo["conntrack"] = any(part.conntrack for rule in ruleset.rules() for part in rule.parts)
    return bool(memo)


def opens(family: int, loose: bool) -> Pred:
    """The packets that conntrack takes for the first of a connection; the others that it knows nothing of are INVALID."""
    proto, kinds = (1, _ICMP_OPENING) if family == 4 else (58, _ICMPV6_OPENING)
    return Or((
        And((Test("proto", one(6)), Test("tcp_flags", _OPENING_FLAGS if loose else _SYN_FLAGS))),
        And((Test("proto", one(proto)), Test("icmp_type", kinds))),
        Not(Test("proto", ranges([(6, 6), (proto, proto)]))),
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Connection:
    """An entry of the conntrack table: how its packets look in each direction, and how it is translated. All values are known."""

    original: Pred
    reply: Pred
    nat: Nat
    fields: tuple[tuple[str, Reading], ...]
    seen_reply: bool = False


def look_up(engine: Engine, groups: list[Group]) -> list[Group]:
    """The groups with their state."""
    if not active(engine.ruleset):
        return groups
    out: list[Group] = []
    for group in groups:
        if group.now.get("ctstate") == UNTRACKED or group.phase.endswith("/lo"):
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
    yes, rest = engine.split(group, connection.original)
    if yes is not None:
        mine.append(_belonging(yes, connection, 0, ESTABLISHED if connection.seen_reply else NEW))
    if rest is not None:
        yes, rest = engine.split(rest, connection.reply)
        if yes is not None:
            mine.append(_belonging(yes, connection, 1, ESTABLISHED))
    return mine, rest


def _belonging(group: Group, connection: Connection, direction: int, state: int) -> Group:
    seen = int(connection.seen_reply or direction == 1)
    fields = {**dict(connection.fields), "ctstate": state, "ctdir": direction, "ct_confirmed": 1, "ct_seen_reply": seen}
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
        out.append(opened(opening))
    if stray is not None:
        out.append(stray.rewrite(ctstate=INVALID))
    return out


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
    out = [] if new is None else [opened(new)]
    if other is not None:
        expected, rest = engine.split(other, _EXPECTED)
        none, having = (None, None) if rest is None else engine.split(rest, Test("ctstate", Ranges(((INVALID, UNTRACKED),))))
        out += [] if expected is None else [opened(expected, RELATED)]
        out += [part for part in (none, having) if part is not None]
    return out


def entry(group: Group) -> Connection | None:
    """The table's entry for a connection that this (single, fully known) packet opened or belongs to; None if it left no trace."""
    if group.nat is None:
        return None
    before, after = dict(group.nat.before), dict(group.nat.after)
    proto = group.now.get("proto")
    original: list[tuple[str, object]] = [("src", before["src"]), ("dst", before["dst"]), ("proto", proto)]
    reply: list[tuple[str, object]] = [("src", after["dst"]), ("dst", after["src"]), ("proto", proto)]
    if proto in (6, 17, 33, 132, 136):
        original += [("sport", before["sport"]), ("dport", before["dport"])]
        reply += [("sport", after["dport"]), ("dport", after["sport"])]
    kind = group.now.get("icmp_type")
    if proto in (1, 58) and isinstance(kind, int):
        original.append(("icmp_type", kind))
        reply.append(("icmp_type", ANSWERS.get(kind)))
    fields = tuple((name, reading) for name, reading in group.now.items() if name.startswith("ct") and name not in ("ctstate", "ctdir"))
    return Connection(_tuple(original), _tuple(reply), group.nat, (*fields, ("connmark", group.read("connmark"))))


def _tuple(parts: list[tuple[str, object]]) -> Pred:
    return And((*(Test(name, one(value)) for name, value in parts if isinstance(value, int)), _VALID_FLAGS))
