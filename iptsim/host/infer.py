"""What a dump gives away about its host: which interface holds which network. Every use of it is an assumption that is said aloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from iptsim.extension import Given
from iptsim.head import Head
from iptsim.ruleset import Rule, Ruleset
from iptsim.values import Net, ip_text

# Shorter prefixes are "the internet" rather than a network behind an interface, longer ones single hosts.
_LENGTHS = {4: range(8, 31), 6: range(48, 127)}


class Inference(NamedTuple):
    """`interface` holds `network` (inclusive), as the rule `origin` suggests: "docker0 holds 172.17.0.0/16"."""

    interface: str
    network: tuple[int, int]
    origin: str
    text: str


class _Hint(NamedTuple):
    interface: str
    net: Net
    origin: str


def infer(ruleset: Ruleset) -> tuple[Inference, ...]:
    """Interface and network pairs, each from its first rule; nothing of interfaces whose addresses the host tells, or of contested networks.

    Two signs are taken. `-s NET ! -o IF -j MASQUERADE` (or SNAT): what NET sends elsewhere is hidden, so IF is its own side (Docker). A rule
    for what comes from NET by IF and another for what goes to NET by IF (libvirt, Podman).
    """
    hints = [*_masqueraded(ruleset), *_pairs(ruleset)]
    holders: dict[Net, set[str]] = {}
    for hint in hints:
        holders.setdefault(hint.net, set()).add(hint.interface)
    told = _told(ruleset)
    found: dict[tuple[str, Net], Inference] = {}
    for hint in hints:
        if len(holders[hint.net]) == 1 and hint.interface not in told:
            found.setdefault((hint.interface, hint.net), _inference(hint))
    return tuple(found.values())


def _told(ruleset: Ruleset) -> set[str]:
    host = ruleset.host
    known = {link.name for link in host.links if link.addresses} if host is not None and host.links is not None else set()
    return known | ({network.interface for network in host.networks} if host is not None else set())


def _inference(hint: _Hint) -> Inference:
    net = hint.net
    length = net.mask.bit_count()
    low, high = net.value, net.value | ((1 << (32 if net.family == 4 else 128)) - 1) ^ net.mask
    return Inference(hint.interface, (low, high), hint.origin, f"{hint.interface} holds {ip_text(low, net.family)}/{length}")


def _masqueraded(ruleset: Ruleset) -> Iterator[_Hint]:
    for rule in _rules(ruleset, "nat"):
        if rule.target is not None and rule.target.name in ("MASQUERADE", "SNAT"):
            net, out = _net(rule, "src"), _given(rule, "out_interface")
            if net and out and out.negated and _named(out):
                yield _Hint(out.value, net, rule.id)


def _pairs(ruleset: Ruleset) -> Iterator[_Hint]:
    """In the order of the rule that comes first of each pair."""
    sides: dict[tuple[str, Net], dict[str, str]] = {}
    for rule in _rules(ruleset, "filter"):
        for address, interface in (("src", "in_interface"), ("dst", "out_interface")):
            net, by = _net(rule, address), _given(rule, interface)
            if net and by and not by.negated and _named(by):
                sides.setdefault((by.value, net), {}).setdefault(address, rule.id)
    for (name, net), origins in sides.items():
        if len(origins) == 2:
            yield _Hint(name, net, next(iter(origins.values())))


def _rules(ruleset: Ruleset, table: str) -> Iterable[Rule]:
    return (rule for chain in ruleset[table] for rule in chain.rules) if table in ruleset else ()


def _given(rule: Rule, name: str) -> Given | None:
    option = getattr(Head, name)
    return next((row for row in rule.head.given if row.option is option), None) if rule.head else None


def _net(rule: Rule, name: str) -> Net | None:
    """A plain network of a plausible size that is not negated."""
    row = _given(rule, name)
    if row is None or row.negated or not isinstance(row.value, Net):
        return None
    net = row.value
    low = net.mask ^ ((1 << (32 if net.family == 4 else 128)) - 1)
    return net if not low & (low + 1) and net.mask.bit_count() in _LENGTHS[net.family] else None


def _named(row: Given) -> bool:
    return bool(row.value) and not row.value.endswith("+")
