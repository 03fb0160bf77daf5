"""Packets that cannot be put to a kernel that has certain rules: what is done for them, or to them, would not stay with the packet."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from iptsim.extension import Extension
from iptsim.matches.cluster import Cluster
from iptsim.matches.connlimit import Connlimit
from iptsim.matches.tcp import Tcp
from iptsim.matches.udp import Udp
from iptsim.names import ESTABLISHED, INVALID, MULTICAST, RELATED, UNICAST
from iptsim.packet import Address, Packet
from iptsim.reader.slips import merges
from iptsim.ruleset import Ruleset
from iptsim.targets.ct import Ct
from iptsim.targets.netmap import Netmap
from iptsim.targets.snpt import Snpt
from iptsim.targets.tee import Tee

Kind = Callable[[Address], int]  # of an address, to the host


def unfit(ruleset: Ruleset, packet: Packet, kind: Kind) -> str | None:
    """Why the packet cannot be asked about; None if it can."""
    return next((why for part in _parts(ruleset) if (why := _unfit(part, packet, kind)) is not None), None)


def _parts(ruleset: Ruleset) -> list[Extension]:
    found: list[Extension] | None = ruleset._memo.get("unfit")
    if found is None:
        parts = (part for rule in ruleset.rules() for part in rule.parts)
        merging = ruleset.backend == "nft"
        kinds = Ct | Connlimit | Tee | Cluster | Netmap | Snpt
        found = ruleset._memo["unfit"] = [part for part in parts if isinstance(part, kinds) or (merging and merges(part))]
    return found


def _unfit(part: Extension, packet: Packet, kind: Kind) -> str | None:
    """Why it is not to be asked about where that is among the rules."""
    told = packet.ctstate in (ESTABLISHED, RELATED)
    match part:
        case Ct() if (told or packet.ctstate == INVALID) and zoned(part):
            return "a connection made by hand is in no zone"
        case Connlimit() if told:
            return "connlimit counts a connection by its first packet, and drops the packets of one that it has not counted (nf_conncount.c)"
        case Tee() if part.get(Tee.oif) == "lo" or _kind(part, Tee.gateway, kind) != UNICAST:
            return "a copy that TEE sends to this host comes back, and is copied again, for ever"
        case Tcp() | Udp():
            return "iptables-nft before 1.8.11 loads two negated ports as one test of both"
        case Snpt() if packet.ctstate == RELATED:  # and DNPT
            return "NAT drops an ICMP error whose sum is wrong since SNPT or DNPT gave it a prefix of another length"
        case Netmap() if _kind(part, Netmap.to, kind) == MULTICAST:
            return "whether this host is in a group that NAT sends a packet to is not known"
        case Cluster() if packet.pkttype == 2 and packet.dst is not None and kind(packet.dst) != MULTICAST:
            return "cluster takes a multicast frame for one that was sent to this host, and so does all that comes after it (xt_cluster.c)"
    return None


def zoned(part: Extension) -> bool:
    """Does it put connections into a zone?"""
    return isinstance(part, Ct) and any(part.has(option) for option in (Ct.zone, Ct.zone_orig, Ct.zone_reply))


def _kind(part: Extension, option: Any, kind: Kind) -> int:
    value: int = part.get(option).value
    return kind(IPv4Address(value) if part.family == 4 else IPv6Address(value))
