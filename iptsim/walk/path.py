"""The path of a packet: which hooks it passes, in which order, and what happens between them (DESIGN: received, sent, looped, bridged)."""

from __future__ import annotations

from dataclasses import replace

from iptsim.names import ANYCAST, BROADCAST, ESTABLISHED, INVALID, LOCAL, MULTICAST, NEW, RELATED, UNICAST, UNTRACKED
from iptsim.predicate import And, Name, Or, Ranges, Test, one, ranges
from iptsim.reading import Reading, Same
from iptsim.trace import Fate, Verdict
from iptsim.walk import conntrack, nat, routing
from iptsim.walk.engine import Engine, at
from iptsim.walk.group import Group
from iptsim.walk.hooks import NAT_SIDE, order
from iptsim.walk.lookup import look_up, without
from iptsim.walk.setting import LOOPBACK
from iptsim.walk.tables import TEMPLATE, visit

_FROM_HOST = Test("in_interface", Name(""))
# ip_route_output_key_hash(), ip6_route_output_flags(): what is sent to no address is for this host; of IPv4, to loopback's broadcast as well.
_NOWHERE = {4: Test("dst", ranges([(0, 0), (0x7FFFFFFF, 0x7FFFFFFF)])), 6: Test("dst", one(0))}
_TO_MANY = Or((Test("dst", Ranges(((0xE0000000, 0xEFFFFFFF),))), Test("dst", one(0xFFFFFFFF))))
_OF_LINK6 = Test("dst", ranges([(0xFE80 << 112, (0xFEC0 << 112) - 1), (0xFF << 120, (1 << 128) - 1)]))
# OUTPUT's tables whose changes mean a new route; IPv6's mangle takes the hop limit for one.
_REROUTES = {"mangle": ("mark", "tos", "src", "dst"), "nat": ("dst",)}


def run(engine: Engine, group: Group) -> None:
    """A packet's way from where it enters to where it ends; the ends are in engine.results."""
    mine, rest = engine.split(group, _FROM_HOST)
    if mine is not None:
        send(engine, mine)
    if rest is not None:
        looped, received = engine.split(rest, Test("in_interface", Name("lo")))
        if looped is not None:
            for group in conntrack.look_up(engine, [looped]):  # as it did when it was sent
                loop(engine, group)
        if received is not None:
            receive(engine, received)


def hook(engine: Engine, name: str, groups: list[Group]) -> list[Group]:
    """The groups that a hook lets through."""
    groups = [at(group, name) for group in groups]
    if name in ("PREROUTING", "OUTPUT") and conntrack.defragments(engine.ruleset):
        groups = _whole(engine, groups)
    for group in groups:
        engine.passed(name, group)
    for stage in order(name, engine.ruleset.backend):
        if stage == "conntrack":
            groups = conntrack.look_up(engine, groups)
        elif name == "OUTPUT" and stage in _REROUTES:
            groups = [part for group in groups for part in _rerouting(engine, stage, group)]
        elif stage == "nat":
            groups = _nat(engine, name, groups)
        elif stage == "raw":
            groups = engine.join(part for group in groups for part in _raw(engine, name, group))
        else:
            groups = visit(engine, stage, name, groups)
    return groups


def _whole(engine: Engine, groups: list[Group]) -> list[Group]:
    """Without later fragments: they are held back until the packet is whole, and go on as that (nf_defrag_ipv4.c; ip_local_deliver())."""
    if engine.setting.family == 6 or all(group.now.get("fragment") == 0 for group in groups):
        return groups
    left = (without(engine, group, "defrag", Test("fragment", one(1)), "fragments are held until the packet is whole") for group in groups)
    return [group for group in left if group is not None]


def _raw(engine: Engine, name: str, group: Group) -> list[Group]:
    """Before conntrack no packet has a connection, which `--ctstate INVALID` takes for its own; only what loopback brings back has one."""
    if group.phase.endswith("/lo") or group.now.get("ctstate") == UNTRACKED:
        return visit(engine, "raw", name, [group])
    passed = visit(engine, "raw", name, [group.rewrite(ctstate=INVALID)])
    told = {name: group.now.get(name) for name in TEMPLATE}
    return [part if part.now.get("ctstate") == UNTRACKED else part.rewrite(**told, ctzone=_zone(part)) for part in passed]


def _zone(group: Group) -> Reading | None:
    """The zone of the connection that the packet opens, where it was told one: nf_ct_zone_tmpl() takes 16 bits of a mark."""
    told = group.now.get("ctzone")
    mark = group.read("mark") if told == "mark" else told
    return mark & 0xFFFF if isinstance(mark, int) else mark


def _nat(engine: Engine, name: str, groups: list[Group]) -> list[Group]:
    """Only a packet that opens a connection asks the nat tables; the others are translated as their connection is."""
    if not conntrack.active(engine.ruleset):
        return groups
    asking = [group for group in groups if group.opens and not group.phase.endswith("/lo")]
    others = [group for group in groups if not group.opens and not group.phase.endswith("/lo")]
    looped = [group for group in groups if group.phase.endswith("/lo")]
    visited = visit(engine, "nat", name, asking)
    if engine.connections and NAT_SIDE[name] == "src":  # who was not told is told apart too: nf_nat_alloc_null_binding()
        visited = [kept for group in visited if (kept := nat.distinct(engine, group)) is not None]
    return engine.join([*visited, *nat.follow(engine, others, name), *looped])


# ---------------------------------------------------------------- received
def receive(engine: Engine, group: Group) -> None:
    """From an interface to a process here, or out again."""
    changes: dict[str, Reading] = {"out_interface": "", "physdev_out": "", "socket": 0}
    if conntrack.asks(engine.ruleset, "physdev_in") and routing.bridged_past(engine):
        changes["physdev_in"] = ""  # br_netfilter notes the port of what it passes to iptables, and of nothing else
    groups = [part.rewrite(**changes) for part in routing.arrive(engine, group)]
    here, onward = [], []
    for part in hook(engine, "PREROUTING", groups):
        mine, forward = routing.decide(engine, part)
        here += mine
        onward += forward
    deliver(engine, engine.join(here))
    forward_on(engine, engine.join(onward))


def deliver(engine: Engine, groups: list[Group]) -> None:
    """INPUT, and the process."""
    for group in hook(engine, "INPUT", _whole(engine, groups)):
        engine.finish(group, Verdict.ACCEPT, group.decided, fate=Fate.DELIVERED)


def forward_on(engine: Engine, groups: list[Group]) -> None:
    """FORWARD and POSTROUTING, and out."""
    leave(engine, hook(engine, "FORWARD", [_leaving(engine, group) for group in groups]))


def _leaving(engine: Engine, group: Group) -> Group:
    """With the interface, and of a bridge the port, that it leaves by."""
    if not group.bridged:
        return group.rewrite(out_interface=group.out)
    port = engine.setting.arrival.get("physdev_in" if group.phase else "physdev_out")
    field = Same("physdev_in" if group.phase else "physdev_out")
    return group.rewrite(out_interface=group.out, physdev_out=port if isinstance(port, str) and port else field)


def leave(engine: Engine, groups: list[Group]) -> None:
    """POSTROUTING, and the wire, or loopback."""
    # br_nf_post_routing() tells no interface that the packet came in by
    groups = [group.rewrite(in_interface="") if group.bridged else group for group in groups]
    for left in hook(engine, "POSTROUTING", groups):
        group = left.rewrite(in_interface=left.out) if left.bridged else left
        looped, sent = engine.split(group, Test("out_interface", Name("lo")))
        if looped is not None:
            loop(engine, looped)
        if sent is not None:
            engine.finish(sent, Verdict.ACCEPT, sent.decided, fate=Fate.SENT)


def loop(engine: Engine, group: Group) -> None:
    """What was sent to an address of this host comes back in by lo: the same packet, with its conntrack, so nat is not asked again."""
    # UNICAST is what a route of type local brings to lo: inet_addr_type() looks at the local table alone
    kind = next((kind for kind in (ANYCAST, BROADCAST, UNICAST) if group.now.get("dst_type") == kind), LOCAL)
    again = replace(group, phase=f"{group.phase}/lo", opens=False).rewrite(in_interface="lo", out_interface="", dst_type=kind, ct_confirmed=1)
    deliver(engine, hook(engine, "PREROUTING", [again]))


# ---------------------------------------------------------------- sent by a process here
def send(engine: Engine, group: Group) -> None:
    """OUTPUT, routed before and, where its mark or destination changed, again after; then POSTROUTING."""
    entering = group.rewrite(in_interface="", socket=1, src_type=LOCAL, physdev_in="", physdev_out="", pkttype=0)
    routed = _routed(engine, entering, not engine.setting.unsourced)
    groups = [sourced.rewrite(out_interface=part.out) for part in routed for sourced in _sourced(engine, part)]
    leave(engine, engine.join(part.rewrite(out_interface=part.out) for part in hook(engine, "OUTPUT", groups)))


def _routed(engine: Engine, group: Group, sourced: bool, again: bool = False) -> list[Group]:
    """The group by the interface that routing chooses; loopback for every address of this host. `sourced`: it has its source already;
    `again`: it had a route before, and was changed."""
    here = engine.setting.here
    nowhere = () if again and engine.setting.family == 6 else (_NOWHERE[engine.setting.family],)
    local, rest = engine.split(group, Or((here, *nowhere)))
    out = [] if local is None else [replace(local, out="lo", via=None)]
    if rest is not None and sourced and engine.setting.family == 4:
        to_many, rest = _by_source(engine, rest)
        out += to_many
    for part, route in look_up(engine, rest) if rest is not None else ():
        chosen = routing.by_route(engine, part, route)
        if chosen is not None and sourced and not _localnet(engine, chosen.out):
            chosen = without(engine, chosen, "martian", Test("src", LOOPBACK[4]), "a loopback source leaves only where route_localnet is 1")
        if chosen is not None:
            out.append(chosen)
    return out


def _localnet(engine: Engine, interface: Reading | None) -> bool:
    """May a loopback source leave by that interface? __mkroute_output() asks; IPv6 has no such test."""
    where = interface if isinstance(interface, str) else "all"
    return engine.setting.family == 6 or engine.setting.switch(f"net.ipv4.conf.{where}.route_localnet", 0) == 1


def _sourced(engine: Engine, group: Group) -> list[Group]:
    """With the source that the kernel chooses where the process did not: the destination itself over loopback, 127.0.0.1 for all of 127.0.0.0/8,
    else the route's, else the interface's own address. Where none of them is known it stays open."""
    if not engine.setting.unsourced or group.phase:
        return [group]
    setting, source = engine.setting, None
    if group.out == "lo" and group.prefsrc is None:
        looped, other = engine.split(group, Test("dst", LOOPBACK[4])) if setting.family == 4 else (None, group)
        own = [] if other is None else [_from(other, other.read("dst"))]
        return own if looped is None else [*own, _from(looped, 0x7F000001)]
    if isinstance(group.out, str) and (group.out == "lo" or setting.host.interfaces is not None):
        hop = group.via if group.via is not None else group.now.get("dst")
        source = group.prefsrc
        if source is None:
            source = setting.host.address_for(group.out, hop if isinstance(hop, int) else None, setting.family)
    return [_from(group, source if source is not None else Same("src"))]


def _from(group: Group, source: Reading) -> Group:
    return replace(group.rewrite(src=source), source=source)


def _rerouting(engine: Engine, stage: str, before: Group) -> list[Group]:
    """A table of OUTPUT after which the kernel looks whether it changed the packet: what raw did does not count."""
    fields = (*_REROUTES[stage], "ttl") if (stage, engine.setting.family) == ("mangle", 6) else _REROUTES[stage]
    left = _nat(engine, "OUTPUT", [before]) if stage == "nat" else visit(engine, stage, "OUTPUT", [before])
    return [part for group in left for part in (_rerouted(engine, group) if any(group.read(f) != before.read(f) for f in fields) else [group])]


def _rerouted(engine: Engine, group: Group) -> list[Group]:
    """ip_route_me_harder(): a new mark, TOS or destination means a new route, at once; the tables that follow still see the old interface."""
    if group.phase:
        return [group]
    stays, rest = ([], group) if engine.setting.family == 4 else _on_its_link(engine, group)
    return stays if rest is None else [*stays, *_routed(engine, rest, sourced=True, again=True)]


def _by_source(engine: Engine, group: Group) -> tuple[list[Group], Group | None]:
    """Multicast and 255.255.255.255 leave by the interface that has the source (route.c: ip_route_output_key_hash_rcu), and the others."""
    out: list[Group] = []
    for link in engine.setting.host.links or ():
        own = LOOPBACK[4] if link.name == "lo" else ranges((a.value, a.value) for a in link.addresses if a.family == 4)
        if own.parts:
            part, rest = engine.split(group, And((_TO_MANY, Test("src", own))))
            out += [] if part is None else [replace(part, out=link.name, via=None)]
            if rest is None:
                return out, None
            group = rest
    return out, group


def _on_its_link(engine: Engine, group: Group) -> tuple[list[Group], Group | None]:
    """Link-local and multicast destinations are looked for on the interface that it leaves by already: ip6_route_me_harder(), and the others."""
    part, rest = engine.split(group, _OF_LINK6)
    if part is None:
        return [], rest
    to_link, to_many = engine.split(part, routing.TO_LINK)
    return [*([] if to_many is None else [to_many]), *([] if to_link is None else routing.by_that_link(engine, to_link))], rest


# ---------------------------------------------------------------- the answer
_OF_THE_SENDER = ("ttl", "length", "tos", "mac_source", "uid_owner", "gid_owner", "pkttype")


def answer(engine: Engine, request: Group, fate: Fate) -> list[Group]:
    """The answer to a packet that got through, where the answer enters: same packets, read the other way round.

    Empty where there is none: nothing answers to a broadcast, and of a packet that opens no connection one does not know what follows.
    """
    state, kind = request.now.get("ctstate"), request.now.get("dst_type")
    # what SNPT or DNPT changed conntrack does not know: the answer is of no connection
    told = request.nat is not None and all(dict(request.nat.after)[end] == request.read(end) for end in ("src", "dst"))
    tracked = told and state == NEW
    if kind in (BROADCAST, MULTICAST) or state in (ESTABLISHED, RELATED, INVALID):
        return []
    by_host = request.nat.by_host if request.nat else request.now.get("in_interface") in ("", "lo")
    now: dict[str, Reading | None] = {
        "src": request.read("dst"), "dst": request.read("src"), "sport": request.read("dport"), "dport": request.read("sport"),
        "mark": 0, "socket": 1 if fate is Fate.DELIVERED else 0,
    }  # fmt: skip
    for name in _OF_THE_SENDER:
        now[name] = engine.open(f"{name} of the answer", name)
    if tracked:
        now |= {"ctstate": ESTABLISHED, "ctdir": 1, "ct_confirmed": 1, "ct_seen_reply": 1}
    else:
        now |= {name: None for name in request.now if name.startswith("ct")} | {"connmark": 0}
    now["tcp_flags"] = 0x12 if request.now.get("tcp_flags") == 0x02 else 0x10
    now |= _ends(engine, request, fate, by_host)
    base = replace(request, steps=None, hook="", decided=None, out=None, via=None, opens=False, phase="/reply", bridged=False, unrouted=False)
    base = base if tracked else replace(base, nat=None)
    return [part.rewrite(**now, icmp_type=kind_of_answer, icmp_code=0) for part, kind_of_answer in _answered_icmp(engine, base)]


def _ends(engine: Engine, request: Group, fate: Fate, by_host: bool) -> dict[str, Reading | None]:
    """Where the answer comes in and goes out, and what its addresses are."""
    setting = engine.setting
    entry = "" if by_host else request.read("in_interface")
    if fate is Fate.DELIVERED:
        own = UNICAST if request.now.get("dst_type") == UNICAST else LOCAL  # what a route of type local brought here
        return {"in_interface": "", "out_interface": "lo" if by_host else entry, "src_type": own, "dst_type": LOCAL if by_host else UNICAST}
    source = request.read("src")
    changed = request.nat is not None and dict(request.nat.before)["src"] != source
    kind = LOCAL if by_host or (changed and setting.types is None) else setting.type_of(source, "src") if changed else UNICAST
    return {"in_interface": request.out, "src_type": UNICAST, "dst_type": kind, "physdev_in": request.read("physdev_out"), "out_interface": ""}


def _answered_icmp(engine: Engine, group: Group) -> list[tuple[Group, Reading | None]]:
    """(group, the ICMP type of the answer); the type of a request that is not ICMP does not matter."""
    given = group.now.get("icmp_type")
    if isinstance(given, int):
        return [(group, conntrack.ANSWERS.get(given, given))]
    out: list[tuple[Group, Reading | None]] = []
    icmp, rest = engine.split(group, Test("proto", one(1 if engine.setting.family == 4 else 58)))
    if rest is not None:
        out.append((rest, None))
    for asked, answered in conntrack.ANSWERS.items():
        if icmp is not None:
            part, icmp = engine.split(icmp, Test("icmp_type", one(asked)))
            if part is not None:
                out.append((part, answered))
    return out if icmp is None else [*out, (icmp, None)]


def run_answer(engine: Engine, request: Group, fate: Fate) -> None:
    """The answer's way back; its ends are in engine.results."""
    by_host = request.nat.by_host if request.nat else request.now.get("in_interface") in ("", "lo")
    for group in answer(engine, request, fate):
        if fate is Fate.DELIVERED:
            _answer_from_here(engine, group)
        else:
            _answer_from_there(engine, group, request, by_host)


def _answer_from_here(engine: Engine, group: Group) -> None:
    out = group.now["out_interface"]
    parts = hook(engine, "OUTPUT", [replace(group, out=out)])
    leave(engine, parts)


def _answer_from_there(engine: Engine, group: Group, request: Group, by_host: bool) -> None:
    here, onward = [], []
    for part in hook(engine, "PREROUTING", [group]):
        if by_host and (engine.setting.family == 4 or part.read("dst") != 1):  # as routing.decide() has it
            here.append(part)
        elif request.bridged:
            onward.append(replace(part, bridged=True, out=part.read("in_interface")))
        elif engine.setting.complete:
            onward += routing.outward(engine, part)
        else:
            onward.append(replace(part, out=request.read("in_interface")))
    deliver(engine, here)
    forward_on(engine, onward)
