"""A packet that is aimed at the rules of a ruleset: all that it takes is someone who chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from iptsim.names import ICMP_OF, LOCAL, PORTED, UNICAST
from iptsim.packet import FIELDS, Packet
from iptsim.predicate import YES
from iptsim.ruleset import Rule, Ruleset
from iptsim.spaces.space import Space
from iptsim.strategies.constants import INTERFACES, Edges, callers, edges, number, pool
from iptsim.strategies.reach import reach
from iptsim.values import ip_text
from iptsim.walk.setting import Setting

Choose = Callable[[Sequence[Any]], Any]  # one of several: as hypothesis draws it, or at random


def aimed(one: Choose, ruleset: Ruleset | None = None, within: Space | None = None) -> Packet:
    """A packet, complete enough to be walked: at rules of the ruleset, or in that set."""
    family = ruleset.family if ruleset else within.world.family if within else 4
    known = pool(ruleset, family)
    rules = tuple(ruleset.rules()) if ruleset else ()
    at_rules = bool(rules) and one((True, True, True, False))
    hook, aim = _aim(one, ruleset, rules) if ruleset and at_rules else ("", Edges({}, {}))

    def value(name: str) -> Any:
        beside = (aim.beside.get(name) if name in aim.on else known.beside.get(name)) or ()
        on = aim.on.get(name) or known.on.get(name) or (0,)
        return one(beside if beside and one((False, False, True)) else on)

    wished = _header(family, value)
    if ruleset:
        looped = "lo" in aim.on.get("in_interface", ())
        wished = _placed(one, Setting.of(ruleset), "" if looped else hook, wished)
        wished |= _more(one, Setting.of(ruleset), {*known.on}, wished, value)
        for name, often in (("ctstate", 1 if "ctstate" in aim.on else 6), ("fragment", 9)):
            if name in known.on and one((*[False] * often, True)):
                wished[name] = value(name)
    if within is not None:
        return _member(one, within, wished)
    reached = tuple(reach(ruleset).values()) if ruleset and at_rules else ()
    if not reached or one((False, True)):
        return Packet(**wished)
    met = _member(one, one(reached), wished)
    return Packet(**{name: known for name, known in met.known().items() if name != "assume"})


def _aim(one: Choose, ruleset: Ruleset, rules: tuple[Rule, ...]) -> tuple[str, Edges]:
    """The constants of a rule and of one that jumps to its chain, and of one that jumps there, up to a base chain: that, and the constants."""
    rule, seen = one(rules), set()
    aim = edges(rule, ruleset.family)
    while (above := callers(ruleset).get((rule.table, rule.chain))) and rule.chain not in seen:
        seen.add(rule.chain)
        rule = one(above)
        outer = edges(rule, ruleset.family)
        aim = Edges(outer.on | aim.on, outer.beside | aim.beside)
    return rule.chain, aim


def _header(family: int, value: Callable[[str], Any]) -> dict[str, Any]:
    """Where a packet comes from, and its header."""
    out: dict[str, Any] = {name: ip_text(value(name), family) for name in ("src", "dst")} | {"proto": value("proto")}
    out |= {name: value(name) for name in ("sport", "dport", "tcp_flags", "icmp_type", "icmp_code") if _has(out["proto"], name, family)}
    entry = value("in_interface")
    return out | ({"from_host": True} if entry in ("", "lo") else {"in_interface": entry})


def _placed(one: Choose, setting: Setting, hook: str, packet: dict[str, Any]) -> dict[str, Any]:
    """The packet, so that it comes to that hook: from this host to OUTPUT, from elsewhere and for this host to INPUT."""
    entry = packet.get("in_interface", "")
    if hook == "OUTPUT":
        entry = ""
    elif hook in ("INPUT", "FORWARD", "PREROUTING") and not entry:
        entry = "eth0"
    packet = {name: value for name, value in packet.items() if name not in ("from_host", "in_interface")}
    packet |= _entering(one, setting, entry) if entry else {"from_host": True}
    here = [a.ip for addresses in (setting.host.interfaces or {}).values() for a in addresses if a.version == setting.family]
    if not entry and here:
        packet["src"] = str(one(here))
    if hook in ("INPUT", "") and here and one((False, True)):
        packet["dst"] = str(one(here))
    if setting.type_number(number(packet["dst"])) is None:
        packet["dst_type"] = LOCAL if hook == "INPUT" else one((UNICAST, LOCAL))
    return packet


def _entering(one: Choose, setting: Setting, entry: str) -> dict[str, Any]:
    """By that interface, or the bridge whose port it is; by one that the host has, where that is known."""
    bridge = next((bridge for bridge, ports in setting.host.bridges.items() if entry in ports), None)
    if bridge is not None:
        return {"in_interface": bridge, "physdev_in": entry}
    ports = {port for given in setting.host.bridges.values() for port in given}
    names = [name for name in setting.host.interfaces or () if name not in ports | {"lo"}]
    return {"in_interface": entry if entry in names or not names else one(names)}


def _more(one: Choose, setting: Setting, asked: set[str], packet: dict[str, Any], value: Callable[[str], Any]) -> dict[str, Any]:
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
OPENING = ("tcp_flags", "ctstate", "mark", "connmark", "fragment")


def _member(one: Choose, space: Space, wished: dict[str, Any]) -> Packet:
    """A member of the set that is as wished where the set leaves a choice, and else on an edge of the set."""
    world = space.world
    levels = [world.levels[n] for n in world.diagrams.support(space.node)]
    asked = {level.whole for level in levels}
    boxes = tuple(islice(space, 64))
    wishes: dict[str, list[Any]] = {name: [value] for name, value in wished.items() if name not in OPENING or name in asked}
    if wishes.pop("from_host", None):
        wishes["in_interface"] = [""]
    for name, values in (one(boxes) if boxes else {}).items():
        level = world.levels[world.level(name)]
        if level.bit is None and level.field is not None:
            edge: Any = one([end for part in values.parts for end in part])
            kind = FIELDS[level.field].kind
            shown = world.interfaces.member(edge) if kind == "interface" else ip_text(edge, world.family) if kind == "address" else edge
            wishes[name] = [*wishes.get(name, ()), shown]
    wishes |= {level.name: [one((False, True))] for level in levels if level.field is None}
    packet = space.example(wishes)
    bare = Packet(**{name: value for name, value in packet.known().items() if _has(packet.proto, name, world.family)})
    return bare if space.contains(bare) is YES else packet


def _has(proto: int | None, name: str, family: int) -> bool:
    """Does a packet of that protocol have that field?"""
    if name in ("sport", "dport"):
        return proto in PORTED
    return proto == {"tcp_flags": 6, "icmp_type": ICMP_OF[family], "icmp_code": ICMP_OF[family]}.get(name, proto)
