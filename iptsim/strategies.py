"""Hypothesis strategies: packets, flows and rulesets for property tests of firewalls. Needs `pip install 'iptsim[hypothesis]'`.

    @given(packets(rs, within=rs.explain(in_interface="eth0", dport=5432).question))
    def test_nobody_reaches_the_database(packet): assert rs.walk(packet).verdict in ("DROP", "REJECT")

Everything is drawn from what is there: values of a packet from the constants in the rules, on and beside their boundaries; rules from the option
tables of the extensions. What shrinks, shrinks towards common values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

try:
    from hypothesis import strategies as st
except ImportError as missing:
    raise ImportError("iptsim.strategies needs hypothesis: pip install 'iptsim[hypothesis]'") from missing

from iptsim import matches, targets
from iptsim.effect import Assign, Drop, Reject, Translate
from iptsim.extension import Extension, Given, Match, Option, Target
from iptsim.head import Head
from iptsim.names import LOCAL, PORTED, PROTOCOL_NAMES, UNICAST
from iptsim.packet import FIELDS, Packet, top_of
from iptsim.predicate import YES, And, Masked, Name, Not, Or, Pred, Ranges, Test
from iptsim.reader import parse
from iptsim.ruleset import BUILT_IN, Rule, Ruleset
from iptsim.spaces.space import Space
from iptsim.values import Value, ip_text, quoted
from iptsim.walk.setting import Setting

Draw = st.DrawFn
Pool = dict[str, tuple[Any, ...]]

_ADDRESSES = {
    4: ("203.0.113.50", "198.51.100.7", "10.0.0.1", "10.0.0.2", "172.17.0.2", "192.168.1.5", "127.0.0.1", "192.168.1.255", "224.0.0.251", "0.0.0.0"),
    6: ("2001:db8::50", "2001:db8:1::7", "fd00::1", "fd00::2", "fe80::1", "::1", "ff02::fb", "::"),
}
_INTERFACES = ("eth0", "eth1", "docker0", "wg0")
_PORTS = (80, 443, 22, 53, 1, 1023, 1024, 40000, 65535)
_ICMP = {4: 1, 6: 58}
_PREFIXES = {4: (24, 8, 16, 31, 32), 6: (64, 48, 127, 128)}


# ---------------------------------------------------------------- packets
@st.composite
def packets(draw: Draw, ruleset: Ruleset | None = None, within: Space | None = None) -> Packet:
    """Packets, complete enough to be walked. With `ruleset` they are aimed at its rules, with `within` only members of that set are drawn.

    >>> import iptsim
    >>> from hypothesis import find
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -i eth7 -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
    >>> find(packets(rs), lambda packet: rs.walk(packet).decided_by == "filter:INPUT:rule:1").in_interface
    'eth7'
    >>> find(packets(within=rs.explain(in_interface="eth7", dport=[5432, 5433]).question), lambda packet: True).dport
    5432
    """
    family = ruleset.family if ruleset else within.world.family if within else 4
    pool = _pool(ruleset, family)
    aim: Pool = {}
    if ruleset is not None and (rules := tuple(ruleset.rules())) and draw(st.integers(0, 3)):
        aim = _edges_of_rule(draw(st.sampled_from(rules)), family)
    wished = _fields(draw, ruleset, family, lambda name: draw(st.sampled_from(aim.get(name) or pool.get(name) or (0,))))
    return Packet(**wished) if within is None else _member(draw, within, wished)


def _fields(draw: Draw, ruleset: Ruleset | None, family: int, value: Callable[[str], Any]) -> dict[str, Any]:
    """A packet's keywords: where it comes from, its header, and whatever else the rules ask for."""
    out: dict[str, Any] = {name: ip_text(value(name), family) for name in ("src", "dst")} | {"proto": value("proto")}
    if out["proto"] in PORTED:
        out |= {"sport": value("sport"), "dport": value("dport")}
    if out["proto"] == 6:
        out["tcp_flags"] = value("tcp_flags")
    if out["proto"] == _ICMP[family]:
        out |= {"icmp_type": value("icmp_type"), "icmp_code": value("icmp_code")}
    entry = value("in_interface")
    if entry in ("", "lo") or not draw(st.integers(0, 3)):
        out["from_host"] = True
    else:
        out["in_interface"] = entry
    if ruleset is None:
        return out
    setting, asked = Setting.of(ruleset), _pool(ruleset, family)
    rest = ("mark", "connmark", "ttl", "length", "tos", "pkttype", *(("uid_owner", "gid_owner") if "from_host" in out else ("mac_source",)))
    out |= {name: value(name) for name in rest if name in asked}
    if setting.type_number(_number(out["dst"], family)) is None:
        out["dst_type"] = draw(st.sampled_from((UNICAST, LOCAL)))
    if not setting.complete:
        out["out_interface"] = value("out_interface") or "eth0"
    if entry and "in_interface" in out and setting.is_bridge(entry):
        out |= {name: value(name) for name in ("physdev_in", "physdev_out") if name in asked}
    for name, often in (("ctstate", 3), ("fragment", 9)):
        if name in asked and not draw(st.integers(0, often)):
            out[name] = value(name)
    return out


# Left out, these mean the packet that opens a connection: a set that does not ask for them is about such packets.
_OPENING = ("tcp_flags", "ctstate", "mark", "connmark", "fragment")


def _member(draw: Draw, space: Space, wished: dict[str, Any]) -> Packet:
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
    fields = packet.known()
    header = {6: ("sport", "dport", "tcp_flags"), _ICMP[world.family]: ("icmp_type", "icmp_code")}.get(
        fields["proto"], ("sport", "dport") if fields["proto"] in PORTED else ()
    )
    for name in ("sport", "dport", "tcp_flags", "icmp_type", "icmp_code"):
        if name not in header:
            fields.pop(name, None)
    bare = Packet(**fields)
    return bare if space.contains(bare) is YES else packet


# ---------------------------------------------------------------- the constants of a ruleset
def _pool(ruleset: Ruleset | None, family: int) -> Pool:
    """For each field the values to try: common ones, and those on and beside the boundaries of the rules' constants."""
    if ruleset is not None and "edges" in ruleset._memo:
        return ruleset._memo["edges"]  # type: ignore[no-any-return]
    ordinary = (_number(text, family) for text in _ADDRESSES[family])
    pool: dict[str, dict[Any, None]] = {
        "src": dict.fromkeys(ordinary), "proto": dict.fromkeys((6, 17, _ICMP[family], 47)), "dport": dict.fromkeys(_PORTS),
        "in_interface": dict.fromkeys(_INTERFACES), "tcp_flags": dict.fromkeys((2, 16, 18, 4, 17, 0)),
        "icmp_type": dict.fromkeys((8, 0, 3) if family == 4 else (128, 129, 135)), "icmp_code": dict.fromkeys((0, 1)),
    }  # fmt: skip
    for rule in ruleset.rules() if ruleset else ():
        for name, values in _edges_of_rule(rule, family).items():
            pool.setdefault(_LIKE.get(name, name), {}).update(dict.fromkeys(values))
    for interface, addresses in ((ruleset and ruleset.host and ruleset.host.interfaces) or {}).items():
        pool["in_interface"][interface] = None
        pool["src"].update((int(address.ip), None) for address in addresses if address.version == family)
    found: Pool = {name: tuple(values) for name, values in pool.items()}
    found |= {name: found[like] for name, like in _LIKE.items() if like in found}
    if ruleset is not None:
        ruleset._memo["edges"] = found
    return found


# A constant is tried at both ends.
_LIKE = {"dst": "src", "sport": "dport", "out_interface": "in_interface", "physdev_out": "physdev_in", "connmark": "mark"}
_OF_CONNECTION = {"ctproto": "proto", "ctorigsrc": "src", "ctorigdst": "dst", "ctreplsrc": "dst", "ctrepldst": "src", "ctorigsrcport": "sport",
                  "ctorigdstport": "dport", "ctreplsrcport": "dport", "ctrepldstport": "sport"}  # fmt: skip


def _edges_of_rule(rule: Rule, family: int) -> Pool:
    """The values on and beside the boundaries of one rule's constants."""
    out: dict[str, dict[Any, None]] = {}
    for test in _constants(rule):
        name = _OF_CONNECTION.get(test.field, test.field)
        out.setdefault(name, {}).update(dict.fromkeys(_edges(test, family)))
    return {name: tuple(values) for name, values in out.items()}


def _constants(rule: Rule) -> Iterator[Test]:
    """What the rule compares with, and what its target writes."""
    yield from _tests(rule.predicate)
    match rule.target.effect if rule.target else None:
        case Translate(side=side, to=to, ports=ports):
            name = "src" if side == "src" else "dst"
            if isinstance(to, tuple):
                yield Test(name, Ranges((to[1:],)) if to[0] == "range" else Masked(to[2], to[1]))
            if ports:
                yield Test("sport" if side == "src" else "dport", Ranges((ports,)))
        case Assign(field=name, value=value):
            yield Test(name, Ranges(((value, value),)))


def _tests(pred: Pred) -> Iterator[Test]:
    match pred:
        case Test():
            yield pred
        case Not(part):
            yield from _tests(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _tests(part)


def _edges(test: Test, family: int) -> Iterator[Any]:
    top = top_of(test.field, family)
    match test.values:
        case Name(text, prefix):
            yield f"{text[:14]}9" if prefix else text
        case Ranges(parts):
            yield from (n for lo, hi in parts for n in dict.fromkeys((lo, hi, lo - 1, hi + 1)) if 0 <= n <= top)
        case Masked(mask, value):
            low = mask & -mask
            yield from dict.fromkeys(n & top for n in (value, value | (top & ~mask), value ^ low, 0))


def _number(text: str, family: int) -> int:
    return int(Packet(src=text).src or 0) if family else 0


# ---------------------------------------------------------------- flows
@st.composite
def flows(draw: Draw, ruleset: Ruleset | None = None) -> dict[str, Any]:
    """Keywords for `explain`: some fields one value, some a range or a list, the rest left out.

    >>> import iptsim
    >>> from hypothesis import find
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
    >>> find(flows(rs), lambda flow: len(rs.explain(**flow).cases) > 1)
    {}
    """
    packet = draw(packets(ruleset))
    family = ruleset.family if ruleset else 4
    flow: dict[str, Any] = {}
    for name, value in packet.known().items():
        if name not in ("dst_type", "out_interface", "assume", "physdev_in", "physdev_out") and draw(st.booleans()):
            flow[name] = _widened(draw, name, value, family)
    return flow


def _widened(draw: Draw, name: str, value: Any, family: int) -> Any:
    """The value, or several that it is one of."""
    how = draw(st.integers(0, 3))
    if name in ("src", "dst"):
        return [str(value), f"{value}/{draw(st.sampled_from(_PREFIXES[family]))}", [str(value), _ADDRESSES[family][0]], f"{value}"][how]
    if name in ("sport", "dport"):
        return [value, f"{value}:{min(65535, value + draw(st.integers(0, 999)))}", [value, 80], f":{value}"][how]
    if name in ("proto", "icmp_type", "ttl", "length", "tos"):
        return [value, value, [value], value][how]
    if name in ("tcp_flags", "mark", "connmark") and how == 3:
        return "any"
    return value


# ---------------------------------------------------------------- rulesets
@st.composite
def rulesets(draw: Draw, family: int = 4) -> Ruleset:
    """Rulesets that iptables-restore would take: tables, user chains, jumps, gotos, each extension where it is allowed.

    >>> from hypothesis import find
    >>> find(rulesets(), lambda rs: any(rule.target and rule.target.name == "REJECT" for rule in rs.rules()))["filter"]["INPUT"].policy
    'ACCEPT'
    """
    tool = draw(st.sampled_from(("iptables-save v1.8.9 (nf_tables)", "iptables-save v1.8.9")))
    lines = [f"# Generated by {tool if family == 4 else tool.replace('ip', 'ip6', 1)}"]
    for table in ("filter", *sorted(draw(st.sets(st.sampled_from(("mangle", "nat", "raw", "security")))))):
        lines += draw(_table(table, family))
    return parse("\n".join(lines) + "\n", family=family, strict=True)


@st.composite
def _table(draw: Draw, table: str, family: int) -> list[str]:
    """The lines of one table. Chains jump only to later ones, so that there is no loop, and each knows the hooks that come to it."""
    mine = [f"chain{n}" for n in range(draw(st.integers(0, 3)))]
    hooks = {name: {name} for name in BUILT_IN[table]} | {name: set() for name in mine}
    rules: list[str] = []
    for name in hooks:
        later = mine if name in BUILT_IN[table] else mine[mine.index(name) + 1 :]
        for _ in range(draw(st.integers(0, 3))):
            aim = draw(st.sampled_from(later)) if later and draw(st.booleans()) else None
            if aim:
                hooks[aim] |= hooks[name]
            rules.append(f"-A {name} {draw(_rule(table, (name, frozenset(hooks[name])), family, aim))}".rstrip())
    policies = {name: draw(st.sampled_from(("ACCEPT", "DROP") if table == "filter" else ("ACCEPT",))) for name in BUILT_IN[table]}
    return [f"*{table}", *(f":{name} {policies.get(name, '-')} [0:0]" for name in hooks), *rules, "COMMIT"]


@st.composite
def _rule(draw: Draw, table: str, place: tuple[str, frozenset[str]], family: int, aim: str | None) -> str:
    """What follows -A CHAIN. `aim` is the chain that it jumps to."""
    chain, hooks = place
    ending = f"{draw(st.sampled_from(('-j', '-g')))} {aim}" if aim else ""
    protocols: tuple[int, ...] = ()
    if not aim and (kinds := _allowed(targets, table, hooks, family)) and draw(st.integers(0, 5)):
        target = draw(_extension(draw(st.sampled_from(kinds)), family))
        ending, protocols = target.save(), target.protocols or _asked_by(target)
    proto = draw(st.sampled_from(protocols)) if protocols else draw(st.sampled_from((0, 6, 17, _ICMP[family], 132)))
    asked = [kind for kind in _allowed(matches, table, hooks, family) if not kind.protocols or proto in kind.protocols]
    chosen = [draw(_extension(kind, family)) for kind in draw(st.lists(st.sampled_from(asked), max_size=2, unique=True))]
    return " ".join(text for text in (draw(_head(chain, proto, family)), *(match.save() for match in chosen), ending) if text)


def _asked_by(target: Target) -> tuple[int, ...]:
    """The protocols that a target needs with the options it has: ports, or a connection to reset."""
    match target.effect:
        case Reject("tcp-reset"):
            return (6,)
        case Translate(ports=ports) if ports:
            return (6, 17)
    return ()


def _allowed(folder: Any, table: str, hooks: frozenset[str], family: int) -> list[Any]:
    """The extensions of a folder that this place allows; the common ones first."""
    kinds = [folder.find(name) for name in folder.names()]
    fit = [k for k in kinds if family in k.families and (not k.tables or table in k.tables) and (not k.hooks or hooks <= set(k.hooks))]
    fit = [k for k in fit if not (table == "nat" and issubclass(k, Target) and not k.options and k().effect == Drop())]  # iptables refuses it there
    return sorted(fit, key=lambda k: k.name not in _COMMON)


_COMMON = ("ACCEPT", "DROP", "RETURN", "REJECT", "MARK", "DNAT", "SNAT", "MASQUERADE", "tcp", "udp", "icmp", "icmp6", "conntrack", "multiport", "mark")


@st.composite
def _head(draw: Draw, chain: str, proto: int, family: int) -> str:
    """-s -d -i -o and -p, as far as the chain has them."""
    without = {"PREROUTING": ("-o",), "INPUT": ("-o",), "OUTPUT": ("-i",), "POSTROUTING": ("-i",)}.get(chain, ())
    given = []
    for option in (Head.src, Head.dst, Head.in_interface, Head.out_interface):
        if option.flag not in without and not draw(st.integers(0, 2)):
            given.append(draw(_given(option, family)))
    if proto:
        given.append(Given(Head.proto, proto))
    return Head(tuple(given), family).save()


@st.composite
def _extension(draw: Draw, kind: type[Any], family: int) -> Any:
    """An extension with options that go together."""
    return draw(_options(kind, family).filter(lambda made: made.problem() is None))


@st.composite
def _options(draw: Draw, kind: type[Any], family: int) -> Extension:
    given: dict[str, Given] = {}
    for option in (option for option in kind.options if family in option.only):
        taken = any(flag in given for flag in option.excludes) or any(option.flag in row.option.excludes for row in given.values())
        lacking = option.needs and not any(flag in given for flag in option.needs)
        if not taken and not lacking and (option.required or draw(st.booleans())):
            given[option.flag] = draw(_given(option, family))
    made: Extension = kind(tuple(given.values()), family)
    return made


@st.composite
def _given(draw: Draw, option: Option, family: int) -> Given:
    negated = option.negatable and not draw(st.integers(0, 3))
    return Given(option, draw(_value(option.value, family)) if option.value else None, negated)


def _value(value: Value, family: int) -> st.SearchStrategy[Any]:
    """What an option of that shape can be given, read. A few options take less than their shape (--or-mark: no mask)."""
    kind, *rest = value.kind

    def read(text: str) -> Any:
        try:
            return value.read(*(text.split() if value.words > 1 else (text,)))
        except ValueError:
            return None

    return _BY_KIND[kind](value, family, *rest).map(read).filter(lambda given: given is not None)


# ---------------------------------------------------------------- texts of the shapes
def _numbers(low: int, top: int) -> st.SearchStrategy[int]:
    return st.sampled_from([n for n in (80, 1, 5, 0, 1024, low, top, top - 1) if low <= n <= top]) | st.integers(low, top)


def _spans(top: int, dash: str = ":") -> st.SearchStrategy[str]:
    pairs = st.tuples(_numbers(0, top), _numbers(0, top)).map(sorted)
    return _numbers(0, top).map(str) | pairs.map(lambda pair: f"{pair[0]}{dash}{pair[1]}")


def _hosts(family: int) -> st.SearchStrategy[str]:
    return st.sampled_from(_ADDRESSES[family]) | st.integers(0, top_of("src", family)).map(lambda n: ip_text(n, family))


def _nets(family: int) -> st.SearchStrategy[str]:
    return st.tuples(_hosts(family), st.sampled_from(_PREFIXES[family])).map(lambda pair: f"{pair[0]}/{pair[1]}")


def _host_spans(family: int) -> st.SearchStrategy[str]:
    top = top_of("src", family)
    ends = st.tuples(_hosts(family), st.integers(0, 300)).map(lambda pair: (_number(pair[0], family), pair[1]))
    return ends.map(lambda pair: f"{ip_text(pair[0], family)}-{ip_text(min(top, pair[0] + pair[1]), family)}")


def _destinations(family: int) -> st.SearchStrategy[str]:
    ports = st.none() | _spans(65535, "-").filter(lambda text: not text.startswith("0"))

    def joined(address: str, span: str | None) -> str:
        return address if span is None else f"[{address}]:{span}" if family == 6 else f"{address}:{span}"

    return st.builds(joined, _hosts(family) | _host_spans(family), ports)


def _lists(names: Iterable[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(list(names)), min_size=1, max_size=3, unique=True).map(",".join)


def _texts(value: Value, longest: int) -> st.SearchStrategy[str]:
    """Free text; with quotes only where the option escapes them."""
    alphabet = "ab Z0-_.,:" + ("'\"\\é" if value.save('"') == quoted('"') else "")
    return st.text(alphabet, min_size=1, max_size=min(12, longest // 2)).map(lambda text: text.strip() or "a")


_FLAGS = ("SYN", "FIN,SYN,RST,ACK", "ALL", "NONE", "ACK", "RST,URG")
_BY_KIND: dict[str, Callable[..., st.SearchStrategy[str]]] = {
    "number": lambda value, family, low, top: _numbers(low, top).map(str),
    "range": lambda value, family, top: _spans(top),
    "masked": lambda value, family, top: st.tuples(_numbers(0, top), st.just("") | _numbers(0, top).map(lambda n: f"/{n:#x}")).map(
        lambda pair: f"{pair[0]:#x}{pair[1]}"
    ),
    "words": lambda value, family, words: st.sampled_from(words),
    "name": lambda value, family, names: st.sampled_from(names),
    "names": lambda value, family, names: _lists(names),
    "ports": lambda value, family: st.lists(_spans(65535), min_size=1, max_size=7).map(",".join),
    "net": lambda value, family: _nets(family),
    "host": lambda value, family: _hosts(family),
    "ip_range": lambda value, family: _host_spans(family),
    "interface": lambda value, family: st.sampled_from((*_INTERFACES, "lo", "eth+")),
    "protocol": lambda value, family: st.sampled_from([PROTOCOL_NAMES[n] for n in (6, 17, _ICMP[family], 132)]),
    "text": lambda value, family, longest: _texts(value, longest),
    "bare": lambda value, family, longest: st.text("abZ09_-", min_size=1, max_size=min(12, longest)).map(lambda text: "a" + text[1:]),
    "tcp_flags": lambda value, family: st.tuples(st.sampled_from(_FLAGS), st.sampled_from(_FLAGS)).map(" ".join),
    "icmp": lambda value, family: st.sampled_from(("8", "0", "3/1") if family == 4 else ("128", "129", "1/4")),
    "mac": lambda value, family: st.sampled_from(("02:00:00:00:00:01", "02:42:ac:11:00:02")),
    "destination": lambda value, family: _destinations(family),
    "nat_ports": lambda value, family: _spans(65535, "-").filter(lambda text: not text.startswith("0")),
}  # fmt: skip
