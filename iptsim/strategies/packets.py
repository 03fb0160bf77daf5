"""Packets and flows, aimed at the rules of a ruleset."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from iptsim.names import LOCAL, PORTED, UNICAST
from iptsim.packet import FIELDS, Packet
from iptsim.predicate import YES
from iptsim.ruleset import Rule, Ruleset
from iptsim.spaces.space import Space
from iptsim.strategies.constants import ADDRESSES, ICMP, INTERFACES, PREFIXES, Edges, callers, edges, number, pool
from iptsim.strategies.reach import reach
from iptsim.values import ip_text
from iptsim.walk.setting import Setting


@st.composite
def packets(draw: st.DrawFn, ruleset: Ruleset | None = None, within: Space | None = None) -> Packet:
    """Packets, complete enough to be walked. With `ruleset` they are aimed at its rules, with `within` only members of that set are drawn.

    >>> import iptsim
    >>> from hypothesis import find, given
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -i eth7 -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
    >>> find(packets(rs), lambda packet: rs.walk(packet).decided_by == "filter:INPUT:rule:1").in_interface
    'eth7'
    >>> @given(packets(within=rs.explain(in_interface="eth7", dport=[5432, 5433]).question))
    ... def test_the_ports_are_those_of_the_question(packet):
    ...     assert packet.dport in (5432, 5433)
    >>> test_the_ports_are_those_of_the_question()
    """
    family = ruleset.family if ruleset else within.world.family if within else 4
    known = pool(ruleset, family)
    rules = tuple(ruleset.rules()) if ruleset else ()
    aimed = bool(rules) and draw(st.sampled_from((True, True, True, False)))
    hook, aim = _aim(draw, ruleset, rules) if ruleset and aimed else ("", Edges({}, {}))

    def value(name: str) -> Any:
        beside = (aim.beside.get(name) if name in aim.on else known.beside.get(name)) or ()
        on = aim.on.get(name) or known.on.get(name) or (0,)
        return draw(st.sampled_from(beside if beside and draw(st.sampled_from((False, False, True))) else on))

    wished = _header(family, value)
    if ruleset:
        looped = "lo" in aim.on.get("in_interface", ())
        wished = _placed(draw, Setting.of(ruleset), "" if looped else hook, wished)
        wished |= _more(draw, Setting.of(ruleset), {*known.on}, wished, value)
        for name, often in (("ctstate", 1 if "ctstate" in aim.on else 6), ("fragment", 9)):
            if name in known.on and draw(st.sampled_from((*[False] * often, True))):
                wished[name] = value(name)
    if within is not None:
        return _member(draw, within, wished)
    reached = tuple(reach(ruleset).values()) if ruleset and aimed else ()
    if not reached or draw(st.booleans()):
        return Packet(**wished)
    met = _member(draw, draw(st.sampled_from(reached)), wished)
    return Packet(**{name: known for name, known in met.known().items() if name != "assume"})


def _aim(draw: st.DrawFn, ruleset: Ruleset, rules: tuple[Rule, ...]) -> tuple[str, Edges]:
    """The constants of a rule and of one that jumps to its chain, and of one that jumps there, up to a base chain: that, and the constants."""
    rule, seen = draw(st.sampled_from(rules)), set()
    aim = edges(rule, ruleset.family)
    while (above := callers(ruleset).get((rule.table, rule.chain))) and rule.chain not in seen:
        seen.add(rule.chain)
        rule = draw(st.sampled_from(above))
        outer = edges(rule, ruleset.family)
        aim = Edges(outer.on | aim.on, outer.beside | aim.beside)
    return rule.chain, aim


def _header(family: int, value: Callable[[str], Any]) -> dict[str, Any]:
    """Where a packet comes from, and its header."""
    out: dict[str, Any] = {name: ip_text(value(name), family) for name in ("src", "dst")} | {"proto": value("proto")}
    out |= {name: value(name) for name in ("sport", "dport", "tcp_flags", "icmp_type", "icmp_code") if _has(out["proto"], name, family)}
    entry = value("in_interface")
    return out | ({"from_host": True} if entry in ("", "lo") else {"in_interface": entry})


def _placed(draw: st.DrawFn, setting: Setting, hook: str, packet: dict[str, Any]) -> dict[str, Any]:
    """The packet, so that it comes to that hook: from this host to OUTPUT, from elsewhere and for this host to INPUT."""
    entry = packet.get("in_interface", "")
    if hook == "OUTPUT":
        entry = ""
    elif hook in ("INPUT", "FORWARD", "PREROUTING") and not entry:
        entry = "eth0"
    packet = {name: value for name, value in packet.items() if name not in ("from_host", "in_interface")}
    packet |= _entering(draw, setting, entry) if entry else {"from_host": True}
    here = [a.ip for addresses in (setting.host.interfaces or {}).values() for a in addresses if a.version == setting.family]
    if hook in ("INPUT", "") and here and draw(st.booleans()):
        packet["dst"] = str(draw(st.sampled_from(here)))
    if setting.type_number(number(packet["dst"])) is None:
        packet["dst_type"] = LOCAL if hook == "INPUT" else draw(st.sampled_from((UNICAST, LOCAL)))
    return packet


def _entering(draw: st.DrawFn, setting: Setting, entry: str) -> dict[str, Any]:
    """By that interface, or the bridge whose port it is; by one that the host has, where that is known."""
    bridge = next((bridge for bridge, ports in setting.host.bridges.items() if entry in ports), None)
    if bridge is not None:
        return {"in_interface": bridge, "physdev_in": entry}
    ports = {port for given in setting.host.bridges.values() for port in given}
    names = [name for name in setting.host.interfaces or () if name not in ports | {"lo"}]
    return {"in_interface": entry if entry in names or not names else draw(st.sampled_from(names))}


def _more(draw: st.DrawFn, setting: Setting, asked: set[str], packet: dict[str, Any], value: Callable[[str], Any]) -> dict[str, Any]:
    """Whatever else the rules ask for."""
    entry = packet.get("in_interface", "")
    names = ["mark", "connmark", "ttl", "length", "tos", "pkttype", *(("mac_source",) if entry else ("uid_owner", "gid_owner"))]
    if setting.is_bridge(entry):
        names += ["physdev_in", "physdev_out"]
    out = {name: value(name) for name in names if name in asked and name not in packet}
    if not setting.complete:
        ruled_out = {"", "lo", entry, *(inference.interface for inference in setting.inferred)}
        out["out_interface"] = next(name for name in (value("out_interface"), *INTERFACES, "ppp0") if name not in ruled_out)
    return out


# Left out, these mean the packet that opens a connection: a set that does not ask for them is about such packets.
_OPENING = ("tcp_flags", "ctstate", "mark", "connmark", "fragment")


def _member(draw: st.DrawFn, space: Space, wished: dict[str, Any]) -> Packet:
    """A member of the set that is as wished where the set leaves a choice, and else on an edge of the set."""
    world = space.world
    levels = [world.levels[n] for n in world.diagrams.support(space.node)]
    asked = {level.whole for level in levels}
    boxes = tuple(islice(space, 64))
    wishes: dict[str, list[Any]] = {name: [value] for name, value in wished.items() if name not in _OPENING or name in asked}
    if wishes.pop("from_host", None):
        wishes["in_interface"] = [""]
    for name, values in (draw(st.sampled_from(boxes)) if boxes else {}).items():
        level = world.levels[world.level(name)]
        if level.bit is None and level.field is not None:
            edge: Any = draw(st.sampled_from([end for part in values.parts for end in part]))
            kind = FIELDS[level.field].kind
            shown = world.interfaces.member(edge) if kind == "interface" else ip_text(edge, world.family) if kind == "address" else edge
            wishes[name] = [*wishes.get(name, ()), shown]
    wishes |= {level.name: [draw(st.booleans())] for level in levels if level.field is None}
    packet = space.example(wishes)
    bare = Packet(**{name: value for name, value in packet.known().items() if _has(packet.proto, name, world.family)})
    return bare if space.contains(bare) is YES else packet


def _has(proto: int | None, name: str, family: int) -> bool:
    """Does a packet of that protocol have that field?"""
    if name in ("sport", "dport"):
        return proto in PORTED
    return proto == {"tcp_flags": 6, "icmp_type": ICMP[family], "icmp_code": ICMP[family]}.get(name, proto)


@st.composite
def flows(draw: st.DrawFn, ruleset: Ruleset | None = None, around: Packet | None = None) -> dict[str, Any]:
    """Keywords for `explain`: some fields one value, some a range or a list, the rest left out. With `around` that packet is one of the flow.

    >>> import iptsim
    >>> from hypothesis import given, settings
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
    >>> @settings(max_examples=20)
    ... @given(flows(rs))
    ... def test_every_flow_has_an_answer(flow):
    ...     assert rs.explain(**flow).cases
    >>> test_every_flow_has_an_answer()
    """
    packet = draw(packets(ruleset)) if around is None else around
    family = ruleset.family if ruleset else packet.src.version if packet.src else 4
    stays = (*_MEAN_OTHERWISE, "src") if packet.from_host else _MEAN_OTHERWISE
    return {
        name: _widened(draw, name, value, family)
        for name, value in packet.known().items()
        if name not in _HOST_KNOWS and (name in stays or draw(st.booleans()))
    }


# What a flow leaves to the routes, and what would have a meaning if it were left out: where it comes from, that it opens a connection.
_HOST_KNOWS = ("dst_type", "out_interface", "assume")
_MEAN_OTHERWISE = ("in_interface", "from_host", "ttl", "pkttype", "physdev_in", "physdev_out", *_OPENING)


def _widened(draw: st.DrawFn, name: str, value: Any, family: int) -> Any:
    """The value, or several that it is one of."""
    how = draw(st.integers(0, 3))
    if name in ("src", "dst"):
        return [str(value), f"{value}/{draw(st.sampled_from(PREFIXES[family]))}", [str(value), ADDRESSES[family][0]], f"{value}"][how]
    if name in ("sport", "dport"):
        return [value, f"{value}:{min(65535, value + draw(st.integers(0, 999)))}", [value, 80], f":{value}"][how]
    if name in ("proto", "icmp_type", "ttl", "length", "tos"):
        return [value, value, [value], value][how]
    if name in ("tcp_flags", "mark", "connmark") and how == 3:
        return "any"
    return value
