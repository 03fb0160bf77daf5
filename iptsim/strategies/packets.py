"""Packets and flows, aimed at the rules of a ruleset."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from iptsim.names import LOCAL, PORTED, UNICAST
from iptsim.packet import FIELDS, Packet
from iptsim.predicate import YES
from iptsim.ruleset import Ruleset
from iptsim.spaces.space import Space
from iptsim.strategies.constants import ADDRESSES, ICMP, INTERFACES, PREFIXES, edges, number, pool
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
    aimed = bool(rules) and draw(st.integers(0, 3)) > 0
    aim = edges(draw(st.sampled_from(rules)), family) if aimed else {}
    wished = _fields(draw, ruleset, family, lambda name: draw(st.sampled_from(aim.get(name) or known.get(name) or (0,))))
    return Packet(**wished) if within is None else _member(draw, within, wished)


def _fields(draw: st.DrawFn, ruleset: Ruleset | None, family: int, value: Callable[[str], Any]) -> dict[str, Any]:
    """A packet's keywords: where it comes from, its header, and whatever else the rules ask for."""
    out: dict[str, Any] = {name: ip_text(value(name), family) for name in ("src", "dst")} | {"proto": value("proto")}
    header = ("sport", "dport", "tcp_flags", "icmp_type", "icmp_code")
    out |= {name: value(name) for name in header if _has(out["proto"], name, family)}
    entry = value("in_interface")
    if entry in ("", "lo") or not draw(st.integers(0, 3)):
        out["from_host"] = True
    else:
        out["in_interface"] = entry
    if ruleset is None:
        return out
    setting, asked = Setting.of(ruleset), pool(ruleset, family)
    here = [address.ip for addresses in (setting.host.interfaces or {}).values() for address in addresses if address.version == family]
    if here and draw(st.booleans()):
        out["dst"] = str(draw(st.sampled_from(here)))
    rest = ("mark", "connmark", "ttl", "length", "tos", "pkttype", *(("uid_owner", "gid_owner") if "from_host" in out else ("mac_source",)))
    out |= {name: value(name) for name in rest if name in asked}
    if setting.type_number(number(out["dst"])) is None:
        out["dst_type"] = draw(st.sampled_from((UNICAST, LOCAL)))
    if not setting.complete:
        ruled_out = {"", "lo", entry, *(inference.interface for inference in setting.inferred)}
        out["out_interface"] = next(name for name in (value("out_interface"), *INTERFACES, "ppp0") if name not in ruled_out)
    if entry and "in_interface" in out and setting.is_bridge(entry):
        out |= {name: value(name) for name in ("physdev_in", "physdev_out") if name in asked}
    for name, often in (("ctstate", 3), ("fragment", 9)):
        if name in asked and not draw(st.integers(0, often)):
            out[name] = value(name)
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
_MEAN_OTHERWISE = ("in_interface", "from_host", "ttl", "physdev_in", "physdev_out", *_OPENING)


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
