"""Packets that cannot be put to a kernel that has certain rules: what is done for them, or to them, would not stay with the packet."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from iptsim.extension import Extension
from iptsim.matches.cluster import Cluster
from iptsim.matches.connlimit import Connlimit
from iptsim.names import ESTABLISHED, INVALID, MULTICAST, RELATED, UNICAST
from iptsim.packet import Address, Packet
from iptsim.ruleset import Ruleset
from iptsim.targets.ct import Ct
from iptsim.targets.tee import Tee


def unfit(ruleset: Ruleset, packet: Packet, kind: Callable[[Address], int]) -> str | None:
    """Why the packet cannot be asked about where addresses are of those kinds; None if it can."""
    parts = _parts(ruleset)
    told, to = packet.ctstate in (ESTABLISHED, RELATED), kind(packet.dst) if packet.dst is not None else UNICAST
    if (told or packet.ctstate == INVALID) and any(
        isinstance(part, Ct) and (part.has(Ct.zone) or part.has(Ct.zone_orig) or part.has(Ct.zone_reply)) for part in parts
    ):
        return "a connection made by hand is in no zone"
    if told and any(isinstance(part, Connlimit) for part in parts):
        return "connlimit counts a connection by its first packet, and drops the packets of one that it has not counted (nf_conncount.c)"
    if any(isinstance(part, Tee) and (part.get(Tee.oif) == "lo" or kind(_gateway(part)) != UNICAST) for part in parts):
        return "a copy that TEE sends to this host comes back, and is copied again, for ever"
    if packet.pkttype == 2 and to != MULTICAST and any(isinstance(part, Cluster) for part in parts):
        return "cluster takes a multicast frame for one that was sent to this host, and so does all that comes after it (xt_cluster.c)"
    return None


def _parts(ruleset: Ruleset) -> list[Extension]:
    found: list[Extension] | None = ruleset._memo.get("unfit")
    if found is None:
        asked = (part for rule in ruleset.rules() for part in rule.parts)
        found = ruleset._memo["unfit"] = [part for part in asked if isinstance(part, Ct | Connlimit | Tee | Cluster)]
    return found


def _gateway(tee: Tee) -> Address:
    value: int = tee.get(Tee.gateway).value
    return IPv4Address(value) if tee.family == 4 else IPv6Address(value)
