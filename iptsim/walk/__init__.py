"""One packet through hooks, tables and chains: Packet → Trace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from iptsim.errors import FlowError
from iptsim.packet import Packet
from iptsim.ruleset import Ruleset
from iptsim.trace import Trace, Verdict
from iptsim.walk import path
from iptsim.walk.arrival import of_packet
from iptsim.walk.conntrack import Connection, entry
from iptsim.walk.depth import deep
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group
from iptsim.walk.judge import OnePacket
from iptsim.walk.setting import Setting
from iptsim.walk.tracing import to_trace


def walk(ruleset: Ruleset, packet: Packet, after: Iterable[Packet] = ()) -> Trace:
    """One packet's way. It stops UNDECIDED at the first unknown that matters. Raises FlowError for a packet of the other family."""
    engine = _walked(ruleset, packet, after_walking(ruleset, after))
    return to_trace(engine.results[0], packet, ruleset)


def after_walking(ruleset: Ruleset, packets: Iterable[Packet]) -> tuple[Connection, ...]:
    """The conntrack table after these packets went through, one after the other."""
    connections: list[Connection] = []
    for packet in packets:
        connections = remembered(_walked(ruleset, packet, connections), connections)
    return tuple(connections)


def _walked(ruleset: Ruleset, packet: Packet, connections: Iterable[Connection]) -> Engine:
    check_family(ruleset, packet)
    setting = Setting.of(ruleset)
    engine = Engine(ruleset, OnePacket(), setting, packet.assume or {}, tuple(connections))
    with deep(ruleset):
        path.run(engine, of_packet(setting, packet))
    return engine


def remembered(engine: Engine, connections: list[Connection]) -> list[Connection]:
    """The conntrack table after a packet: a new entry if it got through; its entry, which has seen an answer and kept its mark, even if not."""
    result = engine.results[0]
    if result.verdict is Verdict.UNDECIDED or result.group.nat is None:
        return connections
    group = result.group
    known = next((n for n, c in enumerate(connections) if c.nat is group.nat), None)
    if known is not None:
        seen = connections[known].seen_reply or group.now.get("ctdir") == 1
        fields = tuple((name, group.read(name) if name == "connmark" else reading) for name, reading in connections[known].fields)
        return [replace(c, seen_reply=seen, fields=fields) if n == known else c for n, c in enumerate(connections)]
    fresh = entry(group) if result.verdict is Verdict.ACCEPT else None
    return connections if fresh is None else [*connections, fresh]


def end_of(ruleset: Ruleset, packet: Packet, connections: Iterable[Connection] = ()) -> Group:
    """The packet as it was where its way ended."""
    return _walked(ruleset, packet, connections).results[0].group


def check_family(ruleset: Ruleset, packet: Any) -> None:
    """Raises FlowError for an address of the other family."""
    for name in ("src", "dst"):
        address = getattr(packet, name)
        if address is not None and address.version != ruleset.family:
            raise FlowError(
                f"{name} {address} is IPv{address.version}, but {ruleset.source.name} is an IPv{ruleset.family} ruleset",
                hint="give the dump of ip6tables-save" if address.version == 6 else "give the dump of iptables-save",
            )


__all__ = ["after_walking", "end_of", "walk"]
