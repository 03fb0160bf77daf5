"""Rows that the kernel answered: the hosts they are on, how they are written, and how the walk's answer is told to compare it."""

from __future__ import annotations

from typing import Any

import pytest

import iptsim
from iptsim import Host, Packet

SWITCHES = {
    "net.ipv4.ip_forward": 1, "net.ipv4.conf.all.accept_local": 1, "net.ipv4.conf.all.rp_filter": 0, "net.ipv6.conf.all.forwarding": 1,
    "net.bridge.bridge-nf-call-iptables": 1,
}  # fmt: skip
HOSTS = {
    4: Host(
        interfaces={"lo": ["127.0.0.1/8"], "eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24"], "docker0": ["172.17.0.1/16"]},
        routes=[
            "default via 203.0.113.1 dev eth0", "203.0.113.0/24 dev eth0", "10.0.0.0/24 dev eth1", "172.17.0.0/16 dev docker0",
        ],
        sysctls=SWITCHES,
        bridges={"docker0": ["vetha", "vethb"]},
    ),
    6: Host(
        interfaces={"lo": ["::1/128"], "eth0": ["2001:db8::10/64"], "eth1": ["fd00:1::1/64"], "wg0": ["fd00:8::1/64"]},
        routes=[
            "default via 2001:db8::1 dev eth0", "2001:db8::/64 dev eth0", "2001:db8:51::/64 via fd00:1::9 dev eth1", "fd00:1::/64 dev eth1",
            "fd00:8::/64 dev wg0",
        ],
        sysctls=SWITCHES,
    ),
}  # fmt: skip


def dump(rules: tuple[str, ...]) -> str:
    """Rules, each with its table in front, as a dump that has the chains they are in."""
    tables: dict[str, list[str]] = {}
    for rule in rules:
        table, _, text = rule.partition(" ")
        tables.setdefault(table, []).append(text)
    lines = []
    for table, texts in tables.items():
        chains = dict.fromkeys(text.split()[1] for text in texts)
        lines += [f"*{table}", *(f":{chain} {'ACCEPT' if chain.isupper() else '-'} [0:0]" for chain in chains), *texts, "COMMIT"]
    return "\n".join(lines) + "\n"


def row(about: str, steps: str, fate: str, out: str | None, rules: tuple[str, ...], *packets: Packet) -> Any:
    """What became of the last of the packets, which came one after the other."""
    return pytest.param((steps, fate, out), rules, packets, id=about)


def goes(rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str, host: Host | None = None) -> tuple[str, str, str | None]:
    """The steps of the last packet in tables, how it ends, and as what it leaves."""
    *before, packet = packets
    family = packet.dst.version if packet.dst else 4
    trace = iptsim.parse(dump(rules), family=family, backend=backend, host=host or HOSTS[family]).walk(packet, after=before)
    left = trace.out
    told = left and f"{left.src}{'' if left.sport is None else f' {left.sport}'} > {left.dst}, ttl {left.ttl}"
    return " ".join(step.id for step in trace.steps if not step.id.startswith("kernel:")), str(trace.fate), told
