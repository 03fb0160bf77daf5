"""Routes and routing rules as `ip route` and `ip rule` list them: read, not yet put in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from iptsim.host.places import Net, at, everything, ip_value, is_json, json_rows, lines, net
from iptsim.source import Source

_ROUTES = "the output of `ip route` or `ip -j route`"
_RULES = "the output of `ip rule` or `ip -j rule`"
KINDS = ("unicast", "local", "broadcast", "multicast", "anycast", "blackhole", "unreachable", "prohibit", "throw")
TABLES = {"255": "local", "254": "main", "253": "default", "0": "unspec"}
# Keys of `ip route` that are followed by a value; whatever else stands there is a flag.
_VALUED = frozenset(
    ["via", "dev", "src", "metric", "table", "tos", "dsfield", "proto", "scope", "mtu", "advmss", "window", "rtt", "weight", "nhid", "pref",
     "error", "expires", "realm", "realms", "hoplimit", "initcwnd", "initrwnd", "quickack", "encap", "features", "cwnd", "ssthresh"]
)  # fmt: skip
_TOS = {"default": 0, "lowdelay": 0x10, "throughput": 0x08, "reliability": 0x04}


class Hop(NamedTuple):
    """A next hop: the interface it leaves by, and the gateway's address in the family of the route."""

    out: str
    via: int | None = None


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route of one table."""

    net: Net
    kind: str = "unicast"
    table: str = "main"
    hops: tuple[Hop, ...] = ()
    prefsrc: int | None = None
    metric: int = 0
    tos: int = 0
    dead: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of `ip rule`. `selectors` are (name, value) as they are written; `action` is lookup, goto, nop, blackhole, unreachable, prohibit.

    `family` is None where neither an address nor the file says which.
    """

    priority: int
    selectors: tuple[tuple[str, str], ...] = ()
    negated: bool = False
    action: str = "lookup"
    argument: str = "main"
    suppress: int = -1
    family: int | None = None
    text: str = ""

    @property
    def needs_mark(self) -> bool:
        """Does it hold for no packet without a mark?"""
        marks = [value.partition("/")[0] for name, value in self.selectors if name == "fwmark"]
        return not self.negated and any(int(mark, 0) != 0 for mark in marks)


def read_routes(source: Source) -> list[RouteLine]:
    """`ip route [show table all]` in text or JSON. Raises HostError."""
    if is_json(source.text):
        return [at(source, 1, _json_route, row, expected=_ROUTES) for row in json_rows(source, _ROUTES)]
    found: list[tuple[int, list[str]]] = []
    for number, line in lines(source):
        words = line.split()
        if words[0] == "nexthop" and found:
            found[-1][1].extend(words)
        else:
            found.append((number, words))
    each = [at(source, number, route_line, words, expected=_ROUTES) for number, words in found]
    return list(in_families(each))


def in_families(lines: list[RouteLine]) -> Iterator[RouteLine]:
    """The routes, a `default` that does not say its family in that of the others; in both if those have both, or there are none."""
    told = {line.net.family for line in lines if not _untold(line)}
    for line in lines:
        for family in sorted(told if len(told) == 1 else {4, 6}) if _untold(line) else (line.net.family,):
            yield replace(line, net=everything(family)) if _untold(line) else line


def _untold(line: RouteLine) -> bool:
    """Is it a `default` of one family as well as of the other? The scope is printed for IPv4 alone."""
    words = line.text.split()
    told = line.prefsrc is not None or any(":" in word or word in ("via", "pref", "error", "scope", "inet6") for word in words)
    return "default" in words[:2] and not told


def route_line(words: list[str]) -> RouteLine:
    """One route in words, its `nexthop` lines appended. Raises ValueError."""
    kind = words[0] if words[0] in KINDS else "unicast"
    rest = words[1:] if words[0] in KINDS else words
    if not rest:
        raise ValueError(f"{kind!r} needs a network after it")
    first = rest.index("nexthop") if "nexthop" in rest else len(rest)
    common = _pairs(rest[1:first])
    hops = [_pairs(part.split()) for part in " ".join(rest[first:]).split("nexthop")[1:]] or ([common] if "dev" in common else [])
    where = everything(_family(rest, common, hops)) if rest[0] == "default" else net(rest[0])
    return _route(where, kind, common, hops, " ".join(words))


def _family(words: list[str], common: dict[str, str], hops: list[dict[str, str]]) -> int:
    """Of a `default`, which names no family: `pref` is printed for IPv6 alone, `via inet6` for IPv4 alone."""
    if "inet6" in words:
        return 4
    told = [common.get("src", ""), *(hop.get("via", "") for hop in hops)]
    return 6 if "pref" in common or "error" in common or any(":" in word for word in told) else 4


# The order and the words of `ip route`, and where `ip -j route` has them.
_JSON_ROUTE = (("dev", "dev"), ("table", "table"), ("protocol", "proto"), ("scope", "scope"), ("prefsrc", "src"),
               ("metric", "metric"), ("pref", "pref"))  # fmt: skip


def _json_route(row: dict[str, Any]) -> RouteLine:
    """As text: both forms have one reader."""
    words = [*([row["type"]] if row.get("type", "unicast") != "unicast" else []), str(row["dst"])]
    words += ["tos", str(row["tos"])] if "tos" in row else []
    words += _json_via(row)
    words += [word for key, name in _JSON_ROUTE if key in row for word in (name, str(row[key]))]
    words += row.get("flags", ())
    for hop in row.get("nexthops", ()):
        words += ["nexthop", *_json_via(hop), "dev", str(hop["dev"]), "weight", str(hop.get("weight", 1)), *hop.get("flags", ())]
    return route_line(words)


def _json_via(row: dict[str, Any]) -> list[str]:
    if "gateway" in row:
        return ["via", str(row["gateway"])]
    return ["via", str(row["via"]["family"]), str(row["via"]["host"])] if "via" in row else []


def _route(where: Net, kind: str, common: dict[str, str], hops: list[dict[str, str]], text: str) -> RouteLine:
    table = common.get("table", "local" if kind in ("local", "broadcast", "anycast") and "scope" in common else "main")
    reached = tuple(Hop(hop.get("dev", ""), _via(hop.get("via"), where.family)) for hop in hops)
    prefsrc = ip_value(common["src"])[0] if "src" in common else None
    tos_text = common.get("tos", common.get("dsfield", "0"))
    tos = _TOS[tos_text] if tos_text in _TOS else int(tos_text, 0)
    return RouteLine(where, kind, TABLES.get(table, table), reached, prefsrc, int(common.get("metric", 0)), tos, "dead" in common, text)


def _via(text: str | None, family: int) -> int | None:
    """The gateway; one of the other family (`via inet6 fe80::1`) is no address that the packet's family could name."""
    if not text:
        return None
    value, own = ip_value(text)
    return value if own == family else None


def _pairs(words: Iterable[str]) -> dict[str, str]:
    """`via A dev B onlink` as {"via": A, "dev": B, "onlink": ""}."""
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        value = next(rest, "") if word in _VALUED else ""
        found[word] = next(rest, "") if word == "via" and value in ("inet", "inet6") else value
    return found


# ---------------------------------------------------------------- rules
_SELECTORS = frozenset(["from", "to", "iif", "oif", "fwmark", "tos", "dsfield", "uidrange", "ipproto", "sport", "dport"])
_ACTIONS = ("blackhole", "unreachable", "prohibit", "nop")
_SILENT = frozenset(["proto", "protocol", "realms", "suppress_ifgroup", "tun_id"])


def read_rules(source: Source) -> list[RuleLine]:
    """`ip rule` in text or JSON. Raises HostError."""
    if is_json(source.text):
        return [at(source, 1, _json_rule, row, expected=_RULES) for row in json_rows(source, _RULES)]
    return [at(source, number, rule_line, line.split(), expected=_RULES) for number, line in lines(source)]


def rule_line(words: list[str]) -> RuleLine:
    """`100: from 10.0.0.0/8 fwmark 0x1/0xff lookup 200`. Raises ValueError."""
    if not words[0].endswith(":"):
        raise ValueError(f"{words[0]!r} is not a priority and a colon")
    priority = int(words[0][:-1])
    selectors: list[tuple[str, str]] = []
    action, argument, suppress, negated = "lookup", "main", -1, False
    rest = iter(words[1:])
    for word in rest:
        if word in _SELECTORS:
            selectors.append((word, _value(rest, word)))
        elif word in ("lookup", "table", "goto"):
            action, argument = ("goto" if word == "goto" else "lookup"), _value(rest, word)
        elif word in _ACTIONS:
            action = word
        elif word == "not":
            negated = True
        elif word in ("suppress_prefixlength", "suppress_prefixlen"):
            suppress = int(_value(rest, word))
        elif word in _SILENT:
            _value(rest, word)
        elif not word.startswith("["):  # [detached], [unresolved]
            raise ValueError(f"{word!r} is not known in a routing rule")
    family = next((6 if ":" in value else 4 for name, value in selectors if name in ("from", "to") and value not in ("all", "default")), None)
    kept = tuple((name, value) for name, value in selectors if value not in ("all", "default"))
    rule = RuleLine(priority, kept, negated, action, TABLES.get(argument, argument), suppress, family, " ".join(words))
    _check(rule)
    return rule


def _value(rest: Any, word: str) -> str:
    value = next(rest, None)
    if value is None:
        raise ValueError(f"{word!r} needs a value after it")
    return str(value)


def _check(rule: RuleLine) -> None:
    for name, value in rule.selectors:
        if name in ("from", "to"):
            net(value)
        elif name in ("fwmark", "tos", "dsfield") and value not in _TOS:
            [int(part, 0) for part in value.split("/")]
    if rule.action == "goto":
        int(rule.argument)


def _json_rule(row: dict[str, Any]) -> RuleLine:
    """As text: both forms have one reader."""
    words = [f"{row['priority']}:", *(["not"] if "not" in row else [])]
    for key, length, word in (("src", "srclen", "from"), ("dst", "dstlen", "to")):
        if key in row:
            words += [word, f"{row[key]}/{row[length]}" if length in row else str(row[key])]
    words += ["tos", str(row["tos"])] if "tos" in row else []
    if "fwmark" in row:
        words += ["fwmark", f"{row['fwmark']}/{row['fwmask']}" if "fwmask" in row else str(row["fwmark"])]
    words += [word for key in ("iif", "oif", "ipproto") if key in row for word in (key, str(row[key]))]
    for key, low, high in (("uidrange", "uid_start", "uid_end"), ("sport", "sport_start", "sport_end"), ("dport", "dport_start", "dport_end")):
        if low in row or key in row:
            words += [key, f"{row[low]}-{row[high]}" if low in row else str(row[key])]
    if "table" in row:
        words += ["lookup", str(row["table"])]
    if row.get("suppress_prefixlen") is not None:
        words += ["suppress_prefixlength", str(row["suppress_prefixlen"])]
    if "l3mdev" in row:
        words += ["lookup", "[l3mdev-table]"]
    if "goto" in row:
        words += ["goto", str(row["goto"])]
    return rule_line([*words, *(action for action in _ACTIONS if action in row or row.get("action") == action)])
