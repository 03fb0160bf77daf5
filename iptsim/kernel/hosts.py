"""A whole host for a dump: what its files tell, and of the rest something that agrees with the rules. A kernel cannot leave anything open."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Any

from iptsim.head import Head
from iptsim.host import Host
from iptsim.host.links import Link, address
from iptsim.ruleset import Ruleset
from iptsim.values import ip_text
from iptsim.walk.setting import Setting

# The address of an interface that looks outward, and the networks of those that nothing is known of.
_OUTWARD = {4: "198.51.100.10/24", 6: "2001:db8:100::10/64"}
_INWARD = {4: "10.2{:02}.0.1/24", 6: "fd00:2{:02}::1/64"}

# What is taken for granted where nobody says otherwise.
_SWITCHES = {
    "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1, "net.bridge.bridge-nf-call-iptables": 1, "net.bridge.bridge-nf-call-ip6tables": 1,
}  # fmt: skip

# A set that nothing is known of but how many dimensions the rules give it, and what is in it so that there is somebody who is.
_SETS = {
    4: (("hash:net", "203.0.113.0/25"), ("hash:ip,port", "203.0.113.50,tcp:80"), ("hash:ip,port,ip", "203.0.113.50,tcp:80,198.51.100.7")),
    6: (("hash:net", "2001:db8:ffff::/64"), ("hash:ip,port", "2001:db8:ffff::50,tcp:80"),
        ("hash:ip,port,ip", "2001:db8:ffff::50,tcp:80,2001:db8:10::7")),
}  # fmt: skip


def whole(ruleset: Ruleset, host: Host | None, backend: str) -> Ruleset:
    """The ruleset on a host of which everything is known."""
    given = host if host is not None else ruleset.host if ruleset.host is not None else Host()
    on_given = replace(ruleset, host=given, backend=backend, _memo={})
    setting = Setting.of(on_given)
    bridges = {**dict.fromkeys(setting.bridges(), ()), **given.bridges}
    if given.links is None:
        named = list(dict.fromkeys([*given.interface_names(), *_named(ruleset)]))
        bridges |= {name: () for name in named if setting.is_bridge(name) and name not in bridges}
        links: tuple[Link, ...] = tuple(_links(setting, named))
    else:
        links = given.links
    routes = list(given.routes or ())
    if not given.complete(ruleset.family):
        routes += Host(routes=[*_connected(links, ruleset.family), *_default(links, bridges, ruleset.family)]).routes or ()
    sysctls = {**_SWITCHES, **given.sysctls}
    sets = {**_sets(ruleset), **given.ipsets}
    made = Host(interfaces=links, bridges=bridges, routes=routes, rules=given.rules, ipsets=sets, sysctls=sysctls)
    return replace(on_given, host=made, _memo={})


def _links(setting: Setting, named: list[str]) -> Iterator[Link]:
    """Interfaces with the networks that the rules say are theirs; the first that they say nothing of looks outward."""
    family, inferred = setting.family, {i.interface: i.network for i in setting.inferred}
    ports = {port for given in setting.host.bridges.values() for port in given}
    rest = [name for name in named if name not in inferred and name not in ports and name != "lo"]
    outward = next((name for name in rest if not setting.is_bridge(name)), "eth0")
    for number, name in enumerate(dict.fromkeys([outward, *inferred, *rest])):
        if name in inferred:
            low, high = inferred[name]
            own = next(value for value in range(low + 1, high) if value not in setting.targets)
            text = f"{ip_text(own, family)}/{(32 if family == 4 else 128) - (high - low).bit_length()}"
        else:
            text = _OUTWARD[family] if name == outward else _INWARD[family].format(number)
        yield Link(name, (address(text),))


def _named(ruleset: Ruleset) -> Iterator[str]:
    """The interfaces that rules name whole."""
    for rule in ruleset.rules():
        for row in rule.head.given if rule.head else ():
            if row.option in (Head.in_interface, Head.out_interface) and row.value and not row.value.endswith("+"):
                yield row.value


def _sets(ruleset: Ruleset) -> dict[str, Any]:
    """A set for each that the rules name."""
    made: dict[str, Any] = {}
    for rule in ruleset.rules():
        for row in (row for part in rule.parts if part.name in ("set", "SET") for row in part.given):
            if isinstance(row.value, tuple) and len(dims := row.value[1].split(",")) <= len(_SETS[ruleset.family]):
                kind, entry = _SETS[ruleset.family][len(dims) - 1]
                made[row.value[0]] = {"type": kind, "entries": [entry]}
    return made


def _connected(links: tuple[Link, ...], family: int) -> Iterator[str]:
    for link in links:
        for own in link.primary(family):
            if link.name != "lo" and own.net.length < (32 if family == 4 else 128):
                yield f"{own.net} dev {link.name}"


def _default(links: tuple[Link, ...], bridges: Container[str], family: int) -> Iterator[str]:
    """Out of the first interface with an address that is no bridge."""
    outward = [link.name for link in links if link.name != "lo" and link.name not in bridges and link.primary(family)]
    if outward:
        yield f"{'0.0.0.0/0' if family == 4 else '::/0'} dev {outward[0]}"
