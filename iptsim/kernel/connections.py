"""Conntrack entries that are put there by hand, so that one packet can be of a state that it did not earn (ctnetlink)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import NamedTuple

from iptsim.kernel.netlink import CREATE, Netlink, attribute, attributes, nest, number
from iptsim.kernel.states import opens
from iptsim.kernel.wire import QUERY, is_error
from iptsim.names import RELATED
from iptsim.packet import Packet
from iptsim.walk.conntrack import ANSWERS

_NEW, _GET, _DELETE = (1, 0), (1, 1), (1, 2)
_TCP, _UDP, _ICMP6, _SCTP, _UDPLITE = 6, 17, 58, 132, 136
MADE_UP = 65001, 65002  # the ports of a connection that is there only so that another can be RELATED to it
_SEEN_REPLY, _ASSURED, _CONFIRMED = 2, 4, 8
PAIRS = ANSWERS | {answer: request for request, answer in ANSWERS.items()}
_SYN_SENT, _ESTABLISHED = 1, 3  # of TCP
_SYN = 0x02
_SCTP_ESTABLISHED = nest(4, nest(3, attribute(1, b"\x04"), attribute(2, bytes(4)), attribute(3, bytes(4))))
_UNTRANSLATED = nest(13)  # CTA_NAT_DST without a range: NAT has seen the connection, and changed nothing
_ICMP = {1: 4, 58: 7}  # protocol -> where its id is among the attributes

_Ends = tuple[bytes, bytes, int, int]


def forget(netlink: Netlink) -> None:
    """No connection is known any more."""
    netlink.request(_DELETE)


def know(netlink: Netlink, packet: Packet) -> None:
    """The packet belongs to a connection: RELATED to another, or one that has seen packets both ways. `ctdir` says which way this one goes."""
    with suppress(FileExistsError):
        for body in _entries(packet):
            netlink.request(_NEW, body, family=_family(packet), flags=CREATE)


def confuse(netlink: Netlink, packet: Packet) -> bool:
    """The packet becomes INVALID: one that would open a connection gets one where it is out of place. True where its bytes must be spoilt."""
    if packet.proto in (_UDP, _UDPLITE, _ICMP6) or _found(netlink, packet) is not None:
        return True
    if opens(packet, loose=True) and packet.src is not None and packet.dst is not None:
        asking = packet.tcp_flags is None or bool(packet.tcp_flags & _SYN)  # it comes from the side that was asked; an ACK is where a SYN should be
        turned = Packet(**packet.known() | {"ctdir": int(asking)})
        ends = packet.src.packed, packet.dst.packed, packet.sport or 0, packet.dport or 0
        state = _ESTABLISHED if asking and packet.proto == _TCP else _SYN_SENT
        netlink.request(_NEW, _entry(turned, ends, _CONFIRMED, packet.proto or 0, state), family=_family(packet), flags=CREATE)
    return False


def _entries(packet: Packet) -> Iterator[bytes]:
    assert packet.src is not None
    assert packet.dst is not None
    proto, ends = packet.proto or 0, (packet.src.packed, packet.dst.packed, packet.sport or 0, packet.dport or 0)
    settled = _SEEN_REPLY | _ASSURED | _CONFIRMED
    if packet.ctstate != RELATED:
        yield _entry(packet, ends, settled, proto)
    elif is_error(packet):
        yield _entry(packet, (*ends[:2], *MADE_UP), _CONFIRMED, _UDP) + _UNTRANSLATED
    else:
        master = (*ends[:2], *MADE_UP)
        yield _entry(packet, master, settled, _TCP)
        yield _entry(packet, ends, _CONFIRMED, proto) + nest(14, _tuple(packet, master, _TCP))


def _family(packet: Packet) -> int:
    return 2 if packet.dst is not None and packet.dst.version == 4 else 10


def _entry(packet: Packet, ends: _Ends, status: int, proto: int, state: int = _ESTABLISHED) -> bytes:
    there, back = _tuple(packet, ends, proto), _tuple(packet, (ends[1], ends[0], ends[3], ends[2]), proto, back=True)
    if packet.ctdir == 1:
        there, back = back, there
    body = nest(1, there) + nest(2, back) + attribute(3, struct.pack("!I", status)) + attribute(7, struct.pack("!I", 600))
    body += attribute(8, struct.pack("!I", packet.connmark)) if packet.connmark else b""
    if proto == _TCP:  # takes any sequence number (IP_CT_TCP_FLAG_BE_LIBERAL)
        body += nest(4, nest(1, attribute(1, bytes([state])), attribute(4, b"\x08\x08"), attribute(5, b"\x08\x08")))
    return body + (_SCTP_ESTABLISHED if proto == _SCTP and state == _ESTABLISHED else b"")


def _tuple(packet: Packet, ends: _Ends, proto: int, back: bool = False) -> bytes:
    source, destination, sport, dport = ends
    first = 1 if len(source) == 4 else 3
    addresses = nest(1, attribute(first, source), attribute(first + 1, destination))
    if proto in _ICMP:
        place, kind = _ICMP[proto], packet.icmp_type or 0
        kind = PAIRS.get(kind, kind) if back else kind
        rest = attribute(place, struct.pack("!H", QUERY)) + attribute(place + 1, bytes([kind])) + attribute(place + 2, bytes([packet.icmp_code or 0]))
    else:
        rest = attribute(2, struct.pack("!H", sport)) + attribute(3, struct.pack("!H", dport))
    return addresses + nest(2, attribute(1, bytes([proto])), rest)


# ---------------------------------------------------------------- what an error is about
def along(netlink: Netlink, error: Packet, earlier: Sequence[Packet]) -> tuple[Packet, Packet]:
    """How packets look that go the way of an ICMP error, and how the one looked that it is about, where the error arose.

    The connection is that of the last of the `earlier` that came from where the error goes to (nf_conntrack_inet_error); one is
    made up where there is none.
    """
    for packet in reversed(earlier):
        found = _found(netlink, packet)
        for there, back in (found.ends, found.ends[::-1]) if found else ():
            if back.dst == error.dst:
                return back, _turned(back, icmp_type=there.icmp_type, icmp_code=there.icmp_code)
    know(netlink, error)
    back = Packet(src=error.src, dst=error.dst, proto=_UDP, sport=MADE_UP[0], dport=MADE_UP[1])
    return back, _turned(back)


def connmark(netlink: Netlink, packet: Packet) -> int | None:
    """The mark of the connection that a packet belongs to; None if conntrack knows none."""
    found = _found(netlink, packet)
    return found and found.mark


class _Found(NamedTuple):
    """How packets look in each direction of a connection, and its mark."""

    ends: tuple[Packet, Packet]
    mark: int


def _found(netlink: Netlink, packet: Packet) -> _Found | None:
    assert packet.src is not None
    assert packet.dst is not None
    ends = packet.src.packed, packet.dst.packed, packet.sport or 0, packet.dport or 0
    row = netlink.get(_GET, nest(1, _tuple(packet, ends, packet.proto or 0)), _family(packet))
    return _Found((_read(row[1]), _read(row[2])), number(row.get(8, b""))) if row else None


def _turned(packet: Packet, **more: int | None) -> Packet:
    return Packet(src=packet.dst, dst=packet.src, proto=packet.proto, sport=packet.dport, dport=packet.sport, **more)


def _read(data: bytes) -> Packet:
    """One direction of a connection."""
    told = attributes(data)
    ends, about = attributes(told[1]), attributes(told[2])
    names = {2: "sport", 3: "dport", 5: "icmp_type", 6: "icmp_code", 8: "icmp_type", 9: "icmp_code"}
    found = {name: number(about[kind]) for kind, name in names.items() if kind in about}
    source, destination = (ip_address(ends[kind] if kind in ends else ends[kind + 2]) for kind in (1, 2))
    return Packet(src=source, dst=destination, proto=number(about[1]), **found)
