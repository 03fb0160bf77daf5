"""Which sources the kernel believes of packets that come in, in IPv4: ip_route_input_slow(), fib_validate_source()."""

from __future__ import annotations

from dataclasses import replace

from iptsim.names import BROADCAST, LOCAL
from iptsim.predicate import And, Not, Or, Pred, Test, one, ranges
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group
from iptsim.walk.lookup import look_up, without
from iptsim.walk.setting import LOOPBACK

_EVERY_HOSTS = (0, 32766, 32767)  # with other rules fib_validate_source() looks closer at the source
_ZERO = one(0)  # ipv4_is_zeronet(): no longer all of 0.0.0.0/8
_BAD_SOURCES = ranges([(0xE0000000, 0xEFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF)])
_IGMP = And((Test("proto", one(2)), Test("dst", ranges([(0xE0000000, 0xEFFFFFFF)]))))
# inet_lookup_ifaddr_rcu() knows addresses, not all of 127.0.0.0/8.
_OWN_ADDRESS = And((Test("src_type", one(LOCAL)), Test("src", ranges([(0, 0x7EFFFFFF), (0x7F000001, 0x7F000001), (0x80000000, 0xFFFFFFFF)]))))
_DHCP = And((Test("src", one(0)), Or((Test("dst", one(0)), Test("dst", ranges([(0xE0000000, 0xE00000FF)])), _IGMP))))
# It takes any source but a multicast one: DHCP's 0.0.0.0, and even loopback.
_LIMITED = Test("dst", one(0xFFFFFFFF))


def believed(engine: Engine, group: Group) -> Group | None:
    """Those whose source may be: no martians, and who passes the reverse path test."""
    rest = without(engine, group, "martian", _martian(engine, group), "addresses impossible from outside")
    if rest is not None and engine.setting.types is not None and not _switch(engine, group, "accept_local"):
        rest = _foreign(engine, rest)
    return None if rest is None else _reverse_path(engine, rest)


def _foreign(engine: Engine, group: Group) -> Group | None:
    """Without those from this host's own addresses; with rules or local routes of its own a host looks all sources up."""
    local = any(row.kind == "local" for row in engine.setting.rows)
    looked_up = local or any(rule.priority not in _EVERY_HOSTS for rule in engine.setting.host.rules)
    own = Test("src_type", one(LOCAL)) if looked_up or _filter_mode(engine, group) else _OWN_ADDRESS
    rest = without(engine, group, "martian", own, "the source is an address of this host")
    if rest is not None and looked_up:
        broadcast = And((Test("src_type", one(BROADCAST)), Not(Test("src", _ZERO))))
        rest = without(engine, rest, "martian", broadcast, "the source is a broadcast address")
    return _not_local(engine, rest) if rest is not None and local else rest


def _martian(engine: Engine, group: Group) -> Pred:
    bad: list[Pred] = [Test("src", _BAD_SOURCES), And((Test("src", _ZERO), Not(_DHCP), Not(_LIMITED))), And((Test("dst", _ZERO), Not(_DHCP)))]
    if not _switch(engine, group, "route_localnet"):
        bad += [Test("dst", LOOPBACK[4]), And((Test("src", LOOPBACK[4]), Not(_LIMITED)))]
    return Or(tuple(bad))


def _switch(engine: Engine, group: Group, name: str) -> bool:
    interface = group.now.get("in_interface")
    where = interface if isinstance(interface, str) else "all"
    return engine.setting.switch(f"net.ipv4.conf.{where}.{name}", 0) == 1


def _filter_mode(engine: Engine, group: Group) -> int:
    interface = group.now.get("in_interface")
    return engine.setting.switch(f"net.ipv4.conf.{interface}.rp_filter", 0) if isinstance(interface, str) else 0


def _reverse_path(engine: Engine, group: Group) -> Group | None:
    """rp_filter: 1 asks that the way back leads out of the same interface, 2 that there is one at all."""
    interface = group.now.get("in_interface")
    if engine.setting.family != 4 or not isinstance(interface, str):
        return group
    mode = _filter_mode(engine, group)
    if mode == 0 or not engine.setting.complete:
        return group
    nobody, rest = engine.split(group, Test("src", _ZERO))  # ip_mc_validate_source(), ip_route_input_slow(): there is no way back to it
    rest, kept = _own_source(engine, rest, interface, mode) if rest is not None else (None, [])
    kept += [] if nobody is None else [nobody]
    if rest is None:
        return engine.join(kept)[0] if kept else None
    for part, route in look_up(engine, _back(engine, rest)):
        part = replace(part, now=rest.now)
        if route is None or route.kind != "unicast" or (mode == 1 and route.out != interface):
            engine.lost(part, "rp-filter", f"rp_filter is {mode}: the way back to the source is not by {interface}")
        else:
            kept.append(part)
    joined = engine.join(kept)
    return joined[0] if joined else None


def _back(engine: Engine, group: Group) -> Group:
    """The way back to its source, as fib_validate_source() looks it up."""
    back = group.rewrite(src=group.read("dst"), dst=group.read("src"))
    return back if _switch(engine, group, "src_valid_mark") else back.rewrite(mark=0)


def _not_local(engine: Engine, group: Group) -> Group | None:
    """Without those whose source a route of type local brings to this host: it is as good as an address of its own."""
    kept: list[Group] = []
    for part, route in look_up(engine, _back(engine, group)):
        part = replace(part, now=group.now)
        if route is not None and route.kind == "local":
            engine.lost(part, "martian", "the source is one that a route of type local brings to this host")
        else:
            kept.append(part)
    return engine.join(kept)[0] if kept else None


def _own_source(engine: Engine, group: Group, interface: str, mode: int) -> tuple[Group | None, list[Group]]:
    """(those from elsewhere, those from an address of this host that is allowed): the way back to that is the interface that has it."""
    host, kept = engine.setting.host, []
    rest = without(engine, group, "rp-filter", Test("src_type", one(BROADCAST)), "the source is a broadcast address")
    own, rest = (None, None) if rest is None else engine.split(rest, Test("src_type", one(LOCAL)))
    if own is not None and mode == 1:
        here = ranges((int(address.ip),) * 2 for address in (host.interfaces or {}).get(interface, ()) if address.version == 4)
        own = without(engine, own, "rp-filter", Not(Test("src", here)), f"rp_filter is {mode}: the source is no address of {interface}")
    if own is not None:
        kept.append(own)
    return rest, kept
