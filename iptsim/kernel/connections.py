"""Conntrack entries that are put there by hand, so that one packet can be of a state that it did not earn (ctnetlink)."""

from __future__ import annotations

import struct

from iptsim.kernel.netlink import CREATE, Netlink, attribute, nest
from iptsim.names import RELATED
from iptsim.packet import Packet

_NEW, _DELETE = (1, 0), (1, 2)
_SEEN_REPLY, _ASSURED, _CONFIRMED = 2, 4, 8
_ANSWERS = {8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 128: 129, 129: 128, 139: 140, 140: 139}
# A TCP connection that is established and takes any sequence number.
_ESTABLISHED = nest(4, nest(1, attribute(1, b"\x03"), attribute(4, b"\x08\x08"), attribute(5, b"\x08\x08")))
_ICMP = {1: 4, 58: 7}  # protocol -> where its id is among the attributes

_Ends = tuple[bytes, bytes, int, int]


def forget(netlink: Netlink) -> None:
    """No connection is known any more."""
    netlink.request(_DELETE)


def know(netlink: Netlink, packet: Packet) -> None:
    """The packet belongs to a connection: RELATED to another, or one that has seen packets both ways. `ctdir` says which way this one goes."""
    assert packet.src is not None
    assert packet.dst is not None
    family = 2 if packet.dst.version == 4 else 10
    proto, ends = packet.proto or 0, (packet.src.packed, packet.dst.packed, packet.sport or 0, packet.dport or 0)
    settled = _SEEN_REPLY | _ASSURED | _CONFIRMED
    if packet.ctstate == RELATED:
        master = (*ends[:2], 65001, 65002)
        netlink.request(_NEW, _entry(packet, master, settled, 6), family=family, flags=CREATE)
        expected = _entry(packet, ends, _CONFIRMED, proto) + nest(14, _tuple(packet, master, 6))
        netlink.request(_NEW, expected, family=family, flags=CREATE)
    else:
        netlink.request(_NEW, _entry(packet, ends, settled, proto), family=family, flags=CREATE)


def _entry(packet: Packet, ends: _Ends, status: int, proto: int) -> bytes:
    there, back = _tuple(packet, ends, proto), _tuple(packet, (ends[1], ends[0], ends[3], ends[2]), proto, back=True)
    if packet.ctdir == 1:
        there, back = back, there
    body = nest(1, there) + nest(2, back) + attribute(3, struct.pack("!I", status)) + attribute(7, struct.pack("!I", 600))
    body += attribute(8, struct.pack("!I", packet.connmark)) if packet.connmark else b""
    return body + (_ESTABLISHED if proto == 6 else b"")


def _tuple(packet: Packet, ends: _Ends, proto: int, back: bool = False) -> bytes:
    source, destination, sport, dport = ends
    first = 1 if len(source) == 4 else 3
    addresses = nest(1, attribute(first, source), attribute(first + 1, destination))
    if proto in _ICMP:
        place, kind = _ICMP[proto], packet.icmp_type or 0
        kind = _ANSWERS.get(kind, kind) if back else kind
        rest = attribute(place, struct.pack("!H", 7)) + attribute(place + 1, bytes([kind])) + attribute(place + 2, bytes([packet.icmp_code or 0]))
    else:
        rest = attribute(2, struct.pack("!H", sport)) + attribute(3, struct.pack("!H", dport))
    return addresses + nest(2, attribute(1, bytes([proto])), rest)
