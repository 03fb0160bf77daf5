"""NAT: what DNAT, SNAT, MASQUERADE, REDIRECT and NETMAP make of the packet that opens a connection, and of those that follow it.

Sources: nf_nat_core.c (get_unique_tuple, find_best_ips_proto), nf_nat_masquerade.c, nf_nat_redirect.c, xt_NETMAP.c. What depends on other
connections is in clashes.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from iptsim.effect import Translate
from iptsim.names import LOCAL, RELATED, UNICAST
from iptsim.packet import top_of
from iptsim.predicate import ALWAYS, NEVER, And, Masked, Not, Or, Pred, Ranges, Test, Unknown, one, ranges
from iptsim.reading import TYPE_OF, Open, Reading
from iptsim.ruleset import Rule
from iptsim.trace import Step, Verdict
from iptsim.values import ip_text
from iptsim.walk.clashes import earlier, free, held, lowest
from iptsim.walk.conntrack import HAS_PORTS, PORTED, asks, tuple_fields
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group, plus
from iptsim.walk.hooks import NAT_SIDE
from iptsim.walk.jhash import pick

_REDIRECT = 5


@dataclass(frozen=True, slots=True)
class Job:
    """A rule's translation, put to work: `side` is the end that it changes here."""

    engine: Engine
    rule: Rule
    what: Translate
    side: str

    @property
    def port(self) -> str:
        """The field of that end's port."""
        return "dport" if self.side == "dst" else "sport"

    @property
    def family(self) -> int:
        return self.engine.setting.family

    def split(self, group: Group, field: str, span: tuple[int, int]) -> tuple[Group | None, Group | None]:
        """Those with the field in that range, and the others."""
        return self.engine.split(group, Test(field, ranges([span])))

    def chosen(self, group: Group, field: str, how: str, span: tuple[int, int]) -> Reading:
        """A value out of the range that nobody can foresee."""
        return self.engine.open(f"{field} {how} by {self.rule.id}{group.phase}", field, ranges([span]))


def translate(engine: Engine, rule: Rule, group: Group, what: Translate, hook: str) -> list[Group]:
    """The groups that leave the nat table translated; those that cannot be have ended."""
    job = Job(engine, rule, what, NAT_SIDE[hook] if what.side == "hook" else what.side)
    out: list[Group] = []
    for part, address in _addresses(job, group):
        if address is None:
            stepped = part.stepped(Step(rule.id, hook, "drop", rule)) if engine.judge.records else part
            engine.finish(stepped, Verdict.DROP, rule.id)
            continue
        for piece, port in _ports(job, part, address):
            out += _moved(job, piece, *(_as_earlier(job, piece, address, port) or (address, port)))
    if job.side == "src" and engine.connections:
        return [kept for group in out if (kept := distinct(engine, group, what.ports)) is not None]
    return out


def _as_earlier(job: Job, group: Group, address: Reading, port: Reading | None) -> tuple[Reading, Reading | None] | None:
    """The source that an earlier connection from there was given, if this rule may give it too."""
    to, ports = job.what.to, job.what.ports
    span = (to[1], to[2]) if to and to[0] == "range" else None
    stays = port is None and address == group.read("src")
    if job.side != "src" or job.what.random or stays or group.nat is None:
        return None
    for source, source_port in earlier(job.engine, group):
        inside = source == address if span is None else isinstance(source, int) and span[0] <= source <= span[1]
        if inside and (ports is None or not isinstance(source_port, int) or ports[0] <= source_port <= ports[1]):
            return source, None if source_port == group.read("sport") else source_port
    return None


def distinct(engine: Engine, group: Group, span: tuple[int, int] | None = None) -> Group | None:
    """A new connection with a source port by which it can be told from others, out of that range; None for one that has been lost."""
    taken, port = held(engine, group, "sport", {}), group.now.get("sport")
    ported = group.now.get("proto") in PORTED
    if (not ported and None not in taken) or (ported and (not isinstance(port, int) or port not in taken)):
        return group
    reading = free(engine, port, taken, span) if ported and isinstance(port, int) else None
    if reading is None:
        engine.lost(group, "clash", "its answers would be those of another connection")
        return None
    moved = rewritten(engine, group, {"sport": reading})
    return engine.note(
        moved, "kernel:nat", "rewrite", f"another connection has port {port}", {"sport": shown("sport", reading, engine.setting.family)}
    )


# ---------------------------------------------------------------- the new address
def _addresses(job: Job, group: Group) -> Iterator[tuple[Group, Reading | None]]:
    """(group, reading of the new address); None where the target drops for want of one."""
    match job.what.to:
        case None:
            yield group, group.read(job.side)
        case ("range", lo, hi) if lo == hi:
            yield from _fixed(job, group, lo)
        case ("range", lo, hi):
            yield from _from_range(job, group, (lo, hi))
        case ("prefix", value, mask):
            yield from _mapped(job, group, value, mask)
        case "interface" if job.side == "dst" and job.family == 6 and group.hook != "OUTPUT":
            yield from _of_scope(job, group)
        case "interface":
            yield group, _of_interface(job, group)


def _fixed(job: Job, group: Group, address: int) -> Iterator[tuple[Group, Reading]]:
    """One address. Those that have it already keep what is known of it."""
    rest: Group | None = group
    if not isinstance(group.read(job.side), int):
        same, rest = job.split(group, job.side, (address, address))
        if same is not None:
            yield same, same.read(job.side)
    if rest is not None:
        yield rest, address


def _from_range(job: Job, group: Group, span: tuple[int, int]) -> Iterator[tuple[Group, Reading]]:
    """SNAT keeps a source whose address and port are in the range already (nf_in_range); else the kernel's hash of the addresses picks."""
    rest: Group | None = group
    if job.side == "src" and not job.what.random:
        ports = ALWAYS if job.what.ports is None else _in_ports(job.engine, job.what.ports)
        stays, rest = job.engine.split(group, And((Test("src", ranges([span])), ports)))
        if stays is not None and stays.now.get("sport") in held(job.engine, stays, "sport", {}):
            stays, rest = None, stays
        if stays is not None:
            yield stays, stays.read("src")
    if rest is None:
        return
    src, dst, zone = rest.read("src"), rest.read("dst"), rest.now.get("ctzone", 0)
    if isinstance(src, int) and isinstance(dst, int) and isinstance(zone, int):
        yield rest, pick((src, None if job.what.persistent else dst), span, job.side, job.family, zone)
    else:
        yield rest, job.chosen(rest, job.side, "chosen", span)


def _in_ports(engine: Engine, span: tuple[int, int]) -> Pred:
    """Is what stands in the place of its source port in that range? Of an ICMP query it is the id: l4proto_in_range()."""
    id = engine.open("id of the ICMP query", "ctorigsrcport")
    asked = Unknown("no field of a packet says what the id of an ICMP query is", ("icmp-id", f"{span[0]}-{span[1]}"))
    query: Pred = engine.fact(asked) if not isinstance(id, int) else ALWAYS if span[0] <= id <= span[1] else NEVER
    icmp = Test("proto", ranges([(1, 1), (58, 58)]))
    return Or((And((icmp, query)), And((HAS_PORTS, Test("sport", ranges([span])))), Not(Or((HAS_PORTS, icmp)))))


def _mapped(job: Job, group: Group, value: int, mask: int) -> Iterator[tuple[Group, Reading]]:
    """NETMAP: (old & ~mask) | value. The network that the rule asks for is shifted as a whole; of others the new address stays open."""
    old = group.read(job.side)
    if isinstance(old, int):
        yield group, (old & ~mask) | value
        return
    size = (mask ^ top_of("src", job.family)) + 1
    flag = "-d" if job.side == "dst" else "-s"
    asked = next((row.value for row in job.rule.head.given if row.option.flag == flag), None) if job.rule.head else None
    rest: Group | None = group
    if asked is not None and asked.mask & mask == mask:
        block = asked.value & mask
        inside, rest = job.split(group, job.side, (block, block + size - 1))
        if inside is not None:
            yield inside, plus(old, value - block)
    if rest is not None:
        yield rest, job.chosen(rest, job.side, "mapped", (value, value + size - 1))


def _of_scope(job: Job, group: Group) -> Iterator[tuple[Group, Reading | None]]:
    """nf_nat_redirect_ipv6(): the first address of the scope that the old destination has; any for a global one."""
    rest: Group | None = group
    interface = group.read("in_interface")
    for scope, (own, asked) in _SCOPES.items():
        if rest is not None:
            part, rest = job.engine.split(rest, asked)
            if part is not None and job.engine.setting.host.interfaces is not None and isinstance(interface, str):
                yield part, job.engine.setting.host.first_address(interface, 6, own)
            elif part is not None:
                yield part, job.engine.open(f"{scope} address of {interface if isinstance(interface, str) else 'the interface it came in by'}", "src")
    if rest is not None:
        yield rest, _of_interface(job, rest)


# scope: (the addresses that have it, the destinations that ask for one)
_SCOPES = {
    name: (own, Or((Test("dst", own), *(Test("dst", Masked(0xFF0F << 112, group << 112)) for group in groups))))
    for name, own, *groups in (
        ("loopback", one(1), 0xFF01), ("link-local", Masked(0xFFC0 << 112, 0xFE80 << 112), 0xFF02),
        ("site-local", Masked(0xFFC0 << 112, 0xFEC0 << 112), 0xFF05), ("IPv4-compatible", ranges([(2, 0xFFFFFFFF)])),
    )
}  # fmt: skip


def _of_interface(job: Job, group: Group) -> Reading | None:
    """MASQUERADE: the address of the interface it leaves by. REDIRECT: of the one it came in by; loopback for local packets."""
    setting, side = job.engine.setting, job.side
    if side == "dst" and group.hook == "OUTPUT":
        return 0x7F000001 if setting.family == 4 else 1
    interface = group.out if side == "src" else group.read("in_interface")
    if setting.host.interfaces is not None and isinstance(interface, str):
        if side == "dst":
            return setting.host.first_address(interface, setting.family)
        hop = group.via if group.via is not None else group.now.get("dst")
        return setting.host.address_for(interface, hop if isinstance(hop, int) else None, setting.family)
    named = isinstance(interface, str) and not (side == "src" and group.unrouted)
    where = interface if named else "the interface it leaves by" if side == "src" else "the interface it came in by"
    return job.engine.open(f"address of {where}", "src")


# ---------------------------------------------------------------- the new port
def _ports(job: Job, group: Group, address: Reading) -> Iterator[tuple[Group, Reading | None]]:
    """(group, reading of the new port); None where it keeps its port."""
    what = job.what
    if what.ports is None and not (what.random and job.side == "src"):
        yield group, None
        return
    ported, other = job.engine.split(group, HAS_PORTS)
    if other is not None:
        yield other, None
    if ported is None:
        return
    span = what.ports or (1, 65535)
    taken = held(job.engine, ported, "dport", {"dst": address}) if job.side == "dst" else set()
    if what.ports is not None and what.base is not None:
        yield from _windowed(job, ported, span, what.base, taken)
    elif what.random and span[0] != span[1]:
        yield ported, job.chosen(ported, job.port, "chosen", span)
    else:
        inside, outside = job.split(ported, job.port, span)
        # a destination takes the lowest free port of the range (kernel 6.18), a source a random one of it
        if inside is not None:
            yield inside, lowest(span[0], taken, span) if inside.read("dport") in taken and span[0] != span[1] else None
        if outside is not None:
            foreseen = span[0] == span[1] or job.side == "dst"
            yield outside, lowest(span[0], taken, span) if foreseen else job.chosen(outside, job.port, "chosen", span)


def _windowed(job: Job, group: Group, span: tuple[int, int], base: int, taken: set[int | None]) -> Iterator[tuple[Group, Reading | None]]:
    """DNAT's lo-hi/base: lo + (dport - base) mod n."""
    lo, hi = span
    old = group.read("dport")
    if isinstance(old, int):
        yield group, lowest(lo + ((old - base) & 0xFFFF) % (hi - lo + 1), taken, span)
        return
    inside, rest = job.split(group, "dport", (base, min(65535, base + hi - lo)))
    if inside is not None:
        yield inside, plus(old, lo - base)
    if rest is not None:
        yield rest, job.chosen(rest, "dport", "chosen", span)


# ---------------------------------------------------------------- the packet and its connection, translated
def _moved(job: Job, group: Group, address: Reading, port: Reading | None) -> list[Group]:
    """The group with its new end. `--ctstate DNAT` is true only where something really changed, so who had it already is set apart."""
    engine, side = job.engine, job.side
    new = {side: address} | ({} if port is None else {job.port: port})
    parts = [_equal(name, reading, group) for name, reading in new.items()] if asks(engine.ruleset, f"ct_{side[0]}nat") else [None]
    same = And(tuple(part for part in parts if part is not None)) if None not in parts else None
    unchanged, changed = engine.split(group, same) if same is not None else (None, group)
    out = [] if unchanged is None else [_stepped(job, unchanged, {})]
    if changed is not None:
        fresh = {name: reading for name, reading in new.items() if reading != group.read(name)}
        moved = rewritten(engine, changed, fresh, LOCAL if job.what.to == "interface" else None)
        if fresh:
            moved = moved.rewrite(**{f"ct_{side[0]}nat": 1})
        out.append(_stepped(job, moved, fresh))
    return out


def rewritten(engine: Engine, group: Group, new: dict[str, Reading], kind: int | None = None) -> Group:
    """The packet with new ends, the type of its new address (`kind` where the caller knows it), and its connection told of it."""
    side = next((name for name in new if name in ("src", "dst")), None)
    if side is not None:
        reading = new[side]
        if isinstance(reading, Open) and reading.name.startswith("address of "):
            kind = LOCAL
        new = {**new, f"{side}_type": _type(engine, reading, side) if kind is None else kind}
    group = group.rewrite(**new)
    if group.nat is not None and group.opens:
        after = {**dict(group.nat.after), **{name: reading for name, reading in new.items() if not name.endswith("_type")}}
        nat = replace(group.nat, after=tuple(after.items()))
        moved = set(tuple_fields(nat.before, nat.after).items()) - set(tuple_fields(nat.before, group.nat.after).items())
        group = replace(group.rewrite(**dict(moved)), nat=nat)
    return group


def _type(engine: Engine, reading: Reading, side: str) -> Reading:
    found = engine.setting.type_of(reading, side)
    return found if found is not None else engine.open(f"{TYPE_OF}{engine.setting.said(side, reading)}", "dst_type", Ranges(((UNICAST, LOCAL),)))


def _equal(name: str, reading: Reading, group: Group) -> Pred | None:
    """That the field has this new value already; None where that cannot be asked."""
    if isinstance(reading, int):
        return Test(name, one(reading))
    return ALWAYS if reading == group.read(name) else None


def _stepped(job: Job, group: Group, new: dict[str, Reading]) -> Group:
    if not job.engine.judge.records:
        return group
    changes = {name: shown(name, reading, job.family) for name, reading in new.items()}
    note = next((reading.name for reading in new.values() if isinstance(reading, Open)), "")
    return group.stepped(Step(job.rule.id, group.hook, "rewrite", job.rule, changes, note))


def shown(name: str, reading: Reading, family: int) -> str | int | None:
    """A reading as a step shows it: a value, or None where it is not known."""
    if isinstance(reading, int):
        return ip_text(reading, family) if name in ("src", "dst") else reading
    return reading if isinstance(reading, str) else None


# ---------------------------------------------------------------- packets of a connection that is translated already
def follow(engine: Engine, groups: list[Group], hook: str) -> list[Group]:
    """At nat's place in a hook: a packet that opens no connection is translated as its connection was, without asking the rules.

    Original direction: the destination in PREROUTING and OUTPUT, the source in POSTROUTING and INPUT, become the new ones. Answers: the
    same ends get back what the other side expects (nf_nat_packet() with the manip inverted). So do the addresses of an ICMP error, whoever
    sent it; but a redirect is dropped instead (nf_nat_icmp_reply_translation).
    """
    return [moved for group in groups if (moved := _followed(engine, group, NAT_SIDE[hook])) is not None]


def _followed(engine: Engine, group: Group, side: str) -> Group | None:
    if group.nat is None or group.opens:
        return group
    error = group.now.get("ctstate") == RELATED
    if error and group.now.get("icmp_type") == _REDIRECT and group.nat.before != group.nat.after:
        engine.lost(group, "nat", "a redirect about a connection that is translated is dropped")
        return None
    before, after = dict(group.nat.before), dict(group.nat.after)
    port = "dport" if side == "dst" else "sport"
    kind = None
    if group.now.get("ctdir") == 1:
        if side == "dst":
            kind = LOCAL if group.nat.by_host else UNICAST
        other, other_port = ("src", "sport") if side == "dst" else ("dst", "dport")
        if before[other] == after[other] and before[other_port] == after[other_port]:
            return group
        new = {side: before[other], port: before[other_port]}
    else:
        if before[side] == after[side] and before[port] == after[port]:
            return group
        new = {side: after[side], port: after[port]}
    changed = {name: reading for name, reading in new.items() if reading != group.read(name) and not (error and name == port)}
    moved = rewritten(engine, group, changed, kind) if changed else group
    changes = {name: shown(name, reading, engine.setting.family) for name, reading in changed.items()}
    return engine.note(moved, "kernel:nat", "rewrite", "as its connection", changes) if changed else moved
