"""The constants of a ruleset: for each field of a packet the values that are worth trying."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, NamedTuple

from iptsim.effect import Assign, Translate
from iptsim.extension import Jump
from iptsim.names import ICMP_OF
from iptsim.packet import top_of
from iptsim.predicate import Masked, Name, Ranges, Slice, Test, tests
from iptsim.ruleset import Rule, Ruleset

Pool = dict[str, tuple[Any, ...]]
Found = dict[str, dict[Any, None]]  # in order, each once

ADDRESSES = {
    4: ("203.0.113.50", "198.51.100.7", "10.0.0.1", "10.0.0.2", "172.17.0.2", "192.168.1.5", "127.0.0.1", "192.168.1.255", "224.0.0.251", "0.0.0.0"),
    6: ("2001:db8::50", "2001:db8:1::7", "fd00::1", "fd00::2", "fe80::1", "::1", "ff02::fb", "::"),
}
INTERFACES = ("eth0", "eth1", "docker0", "wg0")
PREFIXES = {4: (24, 8, 16, 31, 32), 6: (64, 48, 127, 128)}
_ORDINARY: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("dport", (80, 443, 22, 53, 1, 1023, 1024, 40000, 65535)),
    ("in_interface", (*INTERFACES, "")),
    ("tcp_flags", (2, 16, 18, 4, 17, 0)),
    ("icmp_code", (0, 1)),
)
_ICMP_TYPES = {4: (8, 0, 3), 6: (128, 129, 135)}


class Edges(NamedTuple):
    """Values to try, by field: those on the boundaries of constants, and those just beside."""

    on: Pool
    beside: Pool


def pool(ruleset: Ruleset | None, family: int) -> Edges:
    """What is worth trying with these rules: their constants, the host's addresses, and what is common."""
    if ruleset is not None and "edges" in ruleset._memo:
        return ruleset._memo["edges"]  # type: ignore[no-any-return]
    on: Found = {name: dict.fromkeys(values) for name, values in _ORDINARY}
    on["src"] = dict.fromkeys(number(text) for text in ADDRESSES[family])
    on["proto"] = dict.fromkeys((6, 17, ICMP_OF[family], 47))
    on["icmp_type"] = dict.fromkeys(_ICMP_TYPES[family])
    beside: Found = {}
    for rule in ruleset.rules() if ruleset else ():
        for known, found in zip((on, beside), edges(rule, family), strict=True):
            for name, values in found.items():
                known.setdefault(_LIKE.get(name, name), {}).update(dict.fromkeys(values))
    for interface, addresses in ((ruleset and ruleset.host and ruleset.host.interfaces) or {}).items():
        on["in_interface"][interface] = None
        on["src"].update((int(address.ip), None) for address in addresses if address.version == family)
    out = Edges(_both_ends(on), _both_ends(beside))
    if ruleset is not None:
        ruleset._memo["edges"] = out
    return out


def _both_ends(found: Found) -> Pool:
    out: Pool = {name: tuple(values) for name, values in found.items()}
    return out | {name: out[like] for name, like in _LIKE.items() if like in out}


# A constant is tried at both ends.
_LIKE = {"dst": "src", "sport": "dport", "out_interface": "in_interface", "physdev_out": "physdev_in", "connmark": "mark"}
_OF_CONNECTION = {"ctproto": "proto", "ctorigsrc": "src", "ctorigdst": "dst", "ctreplsrc": "dst", "ctrepldst": "src", "ctorigsrcport": "sport",
                  "ctorigdstport": "dport", "ctreplsrcport": "dport", "ctrepldstport": "sport"}  # fmt: skip


def edges(rule: Rule, family: int) -> Edges:
    """The values on and beside the boundaries of one rule's constants."""
    on: Found = {}
    beside: Found = {}
    for test in _constants(rule):
        name = _OF_CONNECTION.get(test.field, test.field)
        for known, values in zip((on, beside), _values(test, top_of(test.field, family)), strict=True):
            known.setdefault(name, {}).update(dict.fromkeys(values))
    return Edges(*({name: tuple(values) for name, values in found.items() if values} for found in (on, beside)))


def callers(ruleset: Ruleset) -> dict[tuple[str, str], list[Rule]]:
    """The rules that jump to each chain, by table and chain."""
    found: dict[tuple[str, str], list[Rule]] = ruleset._memo.setdefault("callers", {})
    if not found:
        for rule in ruleset.rules():
            if isinstance(rule.target, Jump):
                found.setdefault((rule.table, rule.target.chain), []).append(rule)
    return found


def _constants(rule: Rule) -> Iterator[Test]:
    """What the rule compares with, and what its target writes."""
    yield from tests(rule.predicate)
    match rule.target.effect if rule.target else None:
        case Translate(side=side, to=to, ports=ports):
            name = "src" if side == "src" else "dst"
            if isinstance(to, tuple):
                yield Test(name, Ranges((to[1:],)) if to[0] == "range" else Masked(to[2], to[1]))
            if ports:
                yield Test("sport" if side == "src" else "dport", Ranges((ports,)))
        case Assign(field=name, value=value):
            yield Test(name, Ranges(((value, value),)))


def _values(test: Test, top: int) -> tuple[list[Any], list[Any]]:
    """Those on the boundaries of a test's values, and those beside."""
    match test.values:
        case Name(text, prefix):
            return [f"{text[:14]}9" if prefix else text], []
        case Ranges(parts):
            return [end for part in parts for end in part], [n for lo, hi in parts for n in (lo - 1, hi + 1) if 0 <= n <= top]
        case Slice(low, width, Ranges(parts)):
            ends = [end for part in parts for end in part]
            beside = [n for lo, hi in parts for n in (lo - 1, hi + 1) if 0 <= n < 1 << width]
            return [end << low & top for end in ends], [end << low & top for end in beside]
        case Masked(mask, value):
            return [value & top, (value | ~mask) & top], [(value ^ (mask & -mask)) & top]


def number(text: str) -> int:
    """An address as an integer."""
    return int(ip_address(text))
