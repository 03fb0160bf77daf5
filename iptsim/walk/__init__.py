"""One packet through hooks, tables and chains: Packet → Trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from iptsim.errors import FlowError
from iptsim.packet import Packet
from iptsim.reading import Open
from iptsim.ruleset import Ruleset
from iptsim.trace import Trace, Verdict
from iptsim.walk import path
from iptsim.walk.arrival import of_packet
from iptsim.walk.conntrack import Connection, remembered
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


class Way(NamedTuple):
    """A packet's trace, the conntrack table after it, the rules and facts that were answered by what was assumed, and of each end of the packet
    that was chosen so that nobody could foresee it, under which name it can be assumed."""

    trace: Trace
    after: tuple[Connection, ...]
    used: set[str]
    chosen: dict[str, str]


def walk_on(ruleset: Ruleset, packet: Packet, connections: Iterable[Connection]) -> Way:
    """One packet's way while these connections are known."""
    connections = tuple(connections)
    engine = _walked(ruleset, packet, connections)
    result = engine.results[0]
    chosen = {end: reading.name for end in ("src", "dst", "sport", "dport") if isinstance(reading := result.group.now.get(end), Open)}
    return Way(to_trace(result, packet, ruleset), _after(engine, connections), engine.used, chosen)


def after_walking(ruleset: Ruleset, packets: Iterable[Packet]) -> tuple[Connection, ...]:
    """The conntrack table after these packets went through, one after the other."""
    connections: tuple[Connection, ...] = ()
    for packet in packets:
        connections = _after(_walked(ruleset, packet, connections), connections)
    return connections


def _after(engine: Engine, connections: tuple[Connection, ...]) -> tuple[Connection, ...]:
    result = engine.results[0]
    return tuple(remembered(list(connections), result.group, result.verdict is Verdict.ACCEPT))


def _walked(ruleset: Ruleset, packet: Packet, connections: Iterable[Connection]) -> Engine:
    check_family(ruleset, packet)
    setting = Setting.of(ruleset)
    engine = Engine(ruleset, OnePacket(), setting, packet.assume or {}, tuple(connections))
    with deep(ruleset):
        path.run(engine, of_packet(setting, packet))
    return engine


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


__all__ = ["Way", "after_walking", "end_of", "walk", "walk_on"]
