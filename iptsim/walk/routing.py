"""What the stack does between the hooks: bridge or route, deliver or forward, or drop without a rule.

Sources: ip_route_input_slow() and __fib_validate_source() in net/ipv4/route.c and fib_frontend.c, ip_forward.c, br_netfilter_hooks.c,
ip6_input.c. Simplifications: a multicast destination is taken for a group that this host has joined; ICMP redirects are not sent; a
packet that was given no TTL has one that suffices.
"""

from __future__ import annotations

from dataclasses import replace

from iptsim.host import Route
from iptsim.names import BROADCAST, MULTICAST, UNICAST
from iptsim.predicate import And, Masked, Name, Not, Or, Pred, Test, Unknown, one, ranges
from iptsim.reading import Same
from iptsim.trace import Fate, Verdict
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group, plus
from iptsim.walk.lookup import look_up, without
from iptsim.walk.sources import believed

_LINK_LOCAL = 0xFE80 >> 6  # of fe80::/10
_TO_ALL = Test("dst_type", ranges((kind, kind) for kind in (BROADCAST, MULTICAST)))
TO_LINK = Test("dst", ranges([(0xFE80 << 112, (0xFEC0 << 112) - 1)]))
_NOT_LOOPBACK6 = Not(Test("dst", one(1)))  # that what arrives became ::1 by NAT does not bring it to lo: rt6_need_strict()
# ip6_forward() takes no such source, and rt6_need_strict() finds no way for such a destination, but back to where the packet came from.
_OF_LINK = Or((
    Test("src", ranges([(0, 1), (0xFE80 << 112, (0xFEC0 << 112) - 1)])), Test("dst", ranges([(1, 1), (0xFE80 << 112, (0xFEC0 << 112) - 1)])),
))  # fmt: skip
# ip6_rcv_core(): multicast and loopback sources; groups whose scope is reserved, or does not leave an interface.
_IMPOSSIBLE6 = Or((
    Test("src", ranges([(0xFF << 120, (1 << 128) - 1)])), Test("src", one(1)),
    Test("dst", Masked(0xFF0F << 112, 0xFF00 << 112)), Test("dst", Masked(0xFF0F << 112, 0xFF01 << 112)),
))  # fmt: skip

_MARTIAN6 = Or((_IMPOSSIBLE6, And((Test("dst", one(1)), Not(Test("in_interface", Name("lo")))))))


# ---------------------------------------------------------------- before PREROUTING
def arrive(engine: Engine, group: Group) -> list[Group]:
    """The groups that reach PREROUTING, those that a bridge passes from port to port set apart."""
    if engine.setting.family == 4:
        return _bridge(engine, group)
    past, arrived = bridged_past(engine), []
    for part in _bridge(engine, group) if past else [group]:
        called, lost, rest = _martian6(engine, part)
        if lost is not None:
            engine.lost(lost, "martian", "addresses impossible from outside")
        arrived += [part for part in (rest, called) if part is not None]
    return arrived if past else [out for part in arrived for out in _bridge(engine, part)]


def _martian6(engine: Engine, group: Group) -> tuple[Group | None, Group | None, Group | None]:
    """(those with impossible addresses that came in by a bridge, others that have them, the rest)."""
    bad, rest = engine.split(group, _MARTIAN6)
    return (*((None, None) if bad is None else engine.split(bad, _by_bridge(engine))), rest)


def _by_bridge(engine: Engine) -> Pred:
    """Who comes in by a bridge has been to PREROUTING before IP looks at it (br_netfilter_ipv6.c)."""
    names = [name for name in engine.setting.bridges() if engine.setting.is_bridge(name)]
    return Or(tuple(Test("in_interface", Name(name)) for name in names) if names and _calls(engine) else ())


def _bridge(engine: Engine, group: Group) -> list[Group]:
    out: list[Group] = []
    rest: Group | None = group
    for pred in _port_to_port(engine, group):
        if rest is None:
            break
        crossing, rest = engine.split(rest, pred)
        if crossing is not None:
            out += _crossing(engine, crossing)
    return out if rest is None else [*out, rest]


def _port_to_port(engine: Engine, group: Group) -> list[Pred]:
    """Which packets a bridge passes on itself: those for an address on its own network, or for the port that was asked for."""
    setting, unicast = engine.setting, Test("dst_type", one(UNICAST))
    entry = group.now.get("in_interface")
    port = setting.arrival.get("physdev_out")
    if isinstance(port, str) and port:
        return [Not(Test("in_interface", Name("lo")))]
    if isinstance(entry, str) and group.out == entry and setting.is_bridge(entry):
        return [unicast]
    names = [entry] if isinstance(entry, str) else setting.bridges()
    return [
        And((Test("in_interface", Name(name)), Test("dst", setting.network_of(name)), unicast))
        for name in names
        if setting.is_bridge(name) and setting.network_of(name).parts
    ]


def _switch_name(engine: Engine) -> str:
    return f"net.bridge.bridge-nf-call-{'iptables' if engine.setting.family == 4 else 'ip6tables'}"


def bridged_past(engine: Engine) -> bool:
    """Do the host's files say that what a bridge passes on goes past iptables?"""
    return engine.setting.host.sysctl(_switch_name(engine), 1) == 0


def _calls(engine: Engine) -> bool:
    switch = _switch_name(engine)
    return engine.setting.switch(switch, 1, f"{switch} is 1: bridged packets pass {switch.rpartition('-')[2]}") != 0


def _crossing(engine: Engine, group: Group) -> list[Group]:
    group = replace(group, bridged=True, out=group.read("in_interface"))
    if _calls(engine):
        return [group]
    switch = _switch_name(engine)
    note = f"{switch} is 0: bridged past {switch.rpartition('-')[2]}"
    passed = engine.note(group.rewrite(out_interface=group.out), "kernel:bridge", "accept", note)
    engine.finish(passed, Verdict.ACCEPT, None, fate=Fate.SENT)
    return []


# ---------------------------------------------------------------- after PREROUTING
def decide(engine: Engine, group: Group) -> tuple[list[Group], list[Group]]:
    """(for this host, to be forwarded): the routing decision of a packet that was received. Who gets neither has ended."""
    if group.bridged and not _moved_away(engine, group):
        return [], [group]
    left = _sane(engine, group)
    if left is None:
        return [], []
    mine = Or((engine.setting.here, _TO_ALL))
    here, forward = engine.split(left, mine if engine.setting.family == 4 else And((mine, _NOT_LOOPBACK6, *_of_this_link(engine))))
    kept = [] if here is None else [engine.note(here, "kernel:local", "note", _for_here(here))]
    others, brought = (None, []) if forward is None else _by_local_routes(engine, forward)
    return [*kept, *brought], [] if others is None else _forward(engine, others)


def _by_local_routes(engine: Engine, group: Group) -> tuple[Group | None, list[Group]]:
    """(the others, those that a route of type local brings to this host, as it does for a transparent proxy)."""
    if not any(row.kind == "local" for row in engine.setting.rows):
        return group, []
    found = look_up(engine, group)
    mine = [engine.note(part, "kernel:local", "note", f"for this host, route {row.text}") for part, row in found if row and row.kind == "local"]
    others = engine.join(part for part, row in found if row is None or row.kind != "local")
    return others[0] if others else None, mine


def _of_this_link(engine: Engine) -> list[Pred]:
    """An address of a link is this host's on that link alone: rt6_need_strict()."""
    held: dict[int, list[Pred]] = {}
    for link in engine.setting.host.links or ():
        for address in link.addresses:
            if address.family == 6 and address.value >> 118 == _LINK_LOCAL:
                held.setdefault(address.value, []).append(Test("in_interface", Name(link.name)))
    return [Or((Not(Test("dst", one(value))), *links)) for value, links in held.items()]


def _moved_away(engine: Engine, group: Group) -> bool:
    """Did NAT send it elsewhere? (br_netfilter_hooks.c: br_nf_ipv4_daddr_was_changed)"""
    return group.read("dst") != engine.setting.arrival.get("dst", Same("dst"))


def _for_here(group: Group) -> str:
    kind = group.now.get("dst_type")
    return "a broadcast" if kind == BROADCAST else "a multicast" if kind == MULTICAST else "for this host"


def _sane(engine: Engine, group: Group) -> Group | None:
    """Without those whose addresses no packet from outside can have (martians), and those that fail the reverse path test."""
    if engine.setting.family == 4:
        return believed(engine, group)
    called, translated, rest = _martian6(engine, group)
    if called is not None:
        engine.lost(called, "martian", "addresses impossible from outside")
    return rest if translated is None else translated if rest is None else engine.join([rest, translated])[0]


def by_that_link(engine: Engine, group: Group) -> list[Group]:
    """Those for whom a route leads out by the interface that they leave by already: what is looked up with an interface takes no other."""
    out = group.out
    if out != "lo" and not (engine.setting.complete and isinstance(out, str)):
        return [group]
    kept: list[Group] = []
    rest: Group | None = group
    for row in engine.setting.rows:
        if rest is not None and row.out == out:
            hit, rest = engine.split(rest, row.when)
            kept += [] if hit is None else [hit]
    if rest is not None:
        engine.lost(rest, "no-route", f"no route leads to that address by {out}")
    return kept


def _forward(engine: Engine, group: Group) -> list[Group]:
    setting = engine.setting
    entry = group.now.get("in_interface")
    if setting.family == 4 and isinstance(entry, str) and setting.switch(f"net.ipv4.conf.{entry}.forwarding", 1) == 0:
        engine.lost(group, "forwarding-off", f"net.ipv4.conf.{entry}.forwarding is 0")
        return []
    name = "net.ipv4.ip_forward" if setting.family == 4 else "net.ipv6.conf.all.forwarding"
    if not setting.switch(name, 1, f"{name} is 1: this host forwards"):
        engine.lost(group, "forwarding-off", f"{name} is 0")
        return []
    parts = outward(engine, group)
    return [ready for part in parts if (ready := part if part.bridged else _passed_on(engine, part)) is not None]


def _passed_on(engine: Engine, group: Group) -> Group | None:
    """ip_forward() and ip6_forward(): only what was sent to this host's MAC address, the TTL counts down, and an address of one link stays there."""
    if group.now.get("diverted"):
        engine.lost(group, "diverted", "what TPROXY gave to a socket is not forwarded: a route of type local must bring it here")
        return None
    left: Group | None = group
    if "pkttype" in engine.setting.arrival and not group.phase:
        left = without(engine, group, "pkttype", Test("pkttype", ranges([(1, 2)])), "a broadcast or multicast frame is not forwarded")
    if left is not None and "ttl" in engine.setting.arrival and not group.phase:
        left = without(engine, left, "ttl", Test("ttl", ranges([(0, 1)])), "the TTL is used up: ICMP time exceeded")
    if left is not None and not group.phase:
        left = left.rewrite(ttl=plus(left.read("ttl"), -1))
    if left is not None and engine.setting.family == 6 and not _turned_back(engine, left):
        known = isinstance(left.out, str) and not left.unrouted
        onward = (Not(Test("in_interface", Name(str(left.out)))),) if known else ()
        left = without(engine, left, "martian", And((_OF_LINK, *onward)), "an address of one link is not forwarded to another")
    return left


def outward(engine: Engine, group: Group) -> list[Group]:
    """The groups with the interface that they leave by; `bridged` are those that a bridge passes on itself after NAT."""
    out: list[Group] = []
    strict, other = engine.split(group, TO_LINK) if engine.setting.family == 6 else (None, group)
    found = [] if strict is None else look_up(engine, strict, back=True)  # RT6_LOOKUP_F_IFACE
    for part, route in found if other is None else [*found, *look_up(engine, other)]:
        leaving = by_route(engine, part, route)
        if leaving is None:
            continue
        if leaving.out == leaving.read("in_interface") and (group.bridged or _turned_back(engine, leaving)):
            out += _hairpin(engine, replace(leaving, bridged=True))
        else:
            out.append(replace(leaving, bridged=False))
    return out


def _turned_back(engine: Engine, group: Group) -> bool:
    """Did NAT send a packet elsewhere while it was with a bridge? That routes it at once, maybe back to itself (br_nf_pre_routing_finish:
    bridged_dnat), and ip6_forward() takes the way out for the way in."""
    entry = group.read("in_interface")
    return isinstance(entry, str) and engine.setting.is_bridge(entry) and _moved_away(engine, group) and _calls(engine)


def by_route(engine: Engine, group: Group, route: Route | None) -> Group | None:
    """The group with the interface it leaves by; None where it has none."""
    if route is None:
        if engine.setting.complete:
            engine.lost(group, "no-route", "no route to the destination")
            return None
        return _anywhere(engine, group)
    if route.kind == "local":
        return replace(engine.note(group, "kernel:route", "note", f"out lo, route {route.text}"), out="lo", via=None, prefsrc=route.prefsrc)
    if route.kind != "unicast":
        engine.lost(group, "no-route" if route.kind in ("unreachable", "throw") else route.kind, f"the route is {route.kind}")
        return None
    source = "" if route.text in engine.setting.origins else f", route {route.text}"
    note = engine.note(group, "kernel:route", "note", f"out {route.out}{source}")
    return replace(note, out=route.out, via=route.via, prefsrc=route.prefsrc)


def _anywhere(engine: Engine, group: Group) -> Group | None:
    """No route is known: the interface stays open, but it is none whose only network is known (that would need a route there)."""
    asked = engine.setting.arrival.get("out_interface")
    if isinstance(asked, str) and not group.phase:
        return replace(group, out=asked, unrouted=True)
    rest: Group | None = group
    for name in dict.fromkeys(["", "lo", *(i.interface for i in engine.setting.inferred)]):
        if rest is not None:
            rest = engine.without(rest, Test("out_interface", Name(name)))
    return None if rest is None else replace(rest, out=Same("out_interface"), unrouted=True)


def _hairpin(engine: Engine, group: Group) -> list[Group]:
    """DNAT sent a bridged packet back to its own bridge: to another port it goes on, to its own only in hairpin mode (br_forward.c)."""
    back, other = engine.split(group, _to_itself(group))
    out = [] if other is None else [other]
    if back is None:
        return out
    name = f"hairpin:{engine.setting.said('in_interface', back.read('in_interface'))}"
    if name in engine.assume:
        passes, stopped = (back, None) if engine.assume[name] else (None, back)
    else:
        engine.firsts[name], engine.reasons[name] = False, "whether that bridge port is in hairpin mode"
        passes, stopped = engine.split(back, Unknown("whether that bridge port is in hairpin mode", (name,)))
    if stopped is not None:
        engine.lost(stopped, "bridge-hairpin", "a bridge sends nothing back out of the port it came in by, unless the port is in hairpin mode")
    return out if passes is None else [*out, passes]


def _to_itself(group: Group) -> Pred:
    """The new destination is the packet's own source."""
    new = group.read("dst")
    return Test("src", one(new)) if isinstance(new, int) else Or(())
