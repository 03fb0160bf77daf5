"""Packets that cannot be put to a kernel that has certain rules: what is done for them, or to them, would not stay with the packet."""

from __future__ import annotations

from iptsim.matches.cluster import Cluster
from iptsim.matches.connlimit import Connlimit
from iptsim.names import BROADCAST, ESTABLISHED, INVALID, MULTICAST, RELATED
from iptsim.packet import Packet
from iptsim.ruleset import Ruleset
from iptsim.targets.ct import Ct
from iptsim.targets.tee import Tee


def unfit(ruleset: Ruleset, packet: Packet, kind: int) -> str | None:
    """Why the packet, whose destination is of that kind of address, cannot be asked about; None if it can."""
    parts = [part for rule in ruleset.rules() for part in rule.parts]
    told, many = packet.ctstate in (ESTABLISHED, RELATED), kind in (BROADCAST, MULTICAST)
    if (told or packet.ctstate == INVALID) and any(
        isinstance(part, Ct) and (part.has(Ct.zone) or part.has(Ct.zone_orig) or part.has(Ct.zone_reply)) for part in parts
    ):
        return "a connection made by hand is in no zone"
    if told and any(isinstance(part, Connlimit) for part in parts):
        return "connlimit counts a connection by its first packet, and drops the packets of one that it has not counted (nf_conncount.c)"
    if many and any(isinstance(part, Tee) for part in parts):
        return "a copy of what goes to many comes back where its gateway is this host, and is copied again"
    if packet.pkttype == 2 and kind != MULTICAST and any(isinstance(part, Cluster) for part in parts):
        return "cluster takes a multicast frame for one that was sent to this host, and so does all that comes after it (xt_cluster.c)"
    return None
