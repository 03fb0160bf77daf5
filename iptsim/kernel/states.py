"""The conntrack states that a packet can be put in although it did not earn them, and those that its kind never has."""

from __future__ import annotations

from iptsim.kernel.wire import is_error
from iptsim.names import ESTABLISHED, INVALID, NEW, RELATED
from iptsim.packet import Packet
from iptsim.walk import tcp
from iptsim.walk.conntrack import ANSWERS, NEVER_OPENS

_ICMP6 = 58
_UNTRACKED6 = (*range(130, 137), 143)  # neighbour discovery, multicast listeners
_FOLLOWED = (1, 6, 17, _ICMP6, 132, 136)  # of other protocols no packet is out of place: ICMP, TCP, UDP, SCTP, UDP-Lite
_SETTLED = tcp.Tcp("ESTABLISHED", ("ack", tcp.ORIGINAL))


def impossible(packet: Packet, loose: bool) -> str | None:
    """Why the packet cannot have the state that it was told to have; None if it can. `loose`: an ACK opens a connection."""
    state, proto, kind, flags = packet.ctstate, packet.proto, packet.icmp_type, packet.tcp_flags
    fits = True
    if packet.fragment or state is None:
        return None
    if state == NEW:
        fits = opens(packet, loose)
    elif state in (ESTABLISHED, RELATED) and _closed(packet):
        fits = False
    elif state in (ESTABLISHED, RELATED) and flags is not None:
        fits = flags not in _SETTLED.invalid(packet.ctdir or 0)
    elif state == ESTABLISHED and kind is not None:
        fits = kind in (ANSWERS.values() if packet.ctdir == tcp.REPLY else ANSWERS)
    elif state == RELATED and kind is not None:
        fits = is_error(packet)
    elif state == INVALID:
        # of ICMPv6 one can be spoilt only by its checksum, which is looked at where it comes in
        fits = proto in _FOLLOWED and not (proto == _ICMP6 and packet.from_host and (opens(packet, loose) or kind in _UNTRACKED6))
    return None if fits else f"a packet like this has another conntrack state: {packet}"


def _closed(packet: Packet) -> bool:
    """Is it of a protocol that has no connections in its family?"""
    return packet.dst is not None and packet.proto in NEVER_OPENS[packet.dst.version]


def opens(packet: Packet, loose: bool) -> bool:
    """Is it one that opens a connection?"""
    if packet.tcp_flags is not None:
        return packet.tcp_flags in tcp.opening(loose)
    return not _closed(packet) and (
        packet.icmp_type is None or (packet.icmp_type in ANSWERS and (packet.icmp_type >= 128) == (packet.proto == _ICMP6))
    )
