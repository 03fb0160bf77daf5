"""Packets as bytes. The identification of IPv4, or the flow label of IPv6, is a number of ours: it survives forwarding and NAT."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iptsim.names import PORTED
from iptsim.packet import Packet

_ICMP, _TCP, _UDP, _GRE, _ICMP6, _SCTP, _UDPLITE = 1, 6, 17, 47, 58, 132, 136
_ACK = 0x10


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where a packet stands in its TCP connection: what follows its own number, and the other side's."""

    number: int = 1000
    acknowledged: int = 0


def encode(packet: Packet, token: int, order: Sequence, *, spoilt: bool = False) -> bytes:
    """The packet from its network header on; `spoilt` with a wrong transport checksum. Its fields must be known."""
    source, destination, proto = packet.src, packet.dst, packet.proto
    assert source is not None
    assert destination is not None
    assert proto is not None
    version, ends = destination.version, source.packed + destination.packed
    header = _HEADER[version]
    start = _transport(packet, order)
    body = start + bytes(max(0, (packet.length or 0) - header - len(start)))
    body = _summed(body, proto, ends, spoilt) if start else body
    hops, tos = 64 if packet.ttl is None else packet.ttl, packet.tos or 0
    if version == 6:
        return struct.pack("!IHBB", 6 << 28 | tos << 20 | token, len(body), proto, hops) + ends + body
    offset = 64 if packet.fragment else 0
    made = struct.pack("!BBHHHBBH", 0x45, tos, header + len(body), token, offset, hops, proto, 0) + ends
    return made[:10] + struct.pack("!H", checksum(made)) + made[12:] + body


_HEADER = {4: 20, 6: 40}


def shortest(packet: Packet) -> int:
    """How long a packet is without a payload."""
    assert packet.dst is not None
    return _HEADER[packet.dst.version] + len(_transport(packet, Sequence()))


def _transport(packet: Packet, order: Sequence) -> bytes:
    """The transport header, its checksum zero. Of a later fragment there is none; of other protocols nothing is known."""
    sport, dport = packet.sport or 0, packet.dport or 0
    if packet.fragment:
        return b""
    match packet.proto:
        case 6:
            flags = packet.tcp_flags or 0
            acknowledged = order.acknowledged if flags & _ACK else 0
            return struct.pack("!HHIIBBHHH", sport, dport, order.number, acknowledged, 5 << 4, flags, 64240, 0, 0)
        case 17 | 136:
            return struct.pack("!HHHH", sport, dport, 0, 0)
        case 1 | 58:
            return struct.pack("!BBHHH", packet.icmp_type or 0, packet.icmp_code or 0, 0, 7, 1)
        case 132:  # with an INIT chunk
            return struct.pack("!HHII", sport, dport, 0, 0) + struct.pack("!BBHIIHHI", 1, 0, 20, 1, 65535, 1, 1, 1)
        case 47:  # NAT wants to see a header
            return b"\0\0\x08\0"
        case _:
            return b""


# Where the checksum stands in the header.
_PLACE = {_TCP: 16, _UDP: 6, _UDPLITE: 6, _ICMP: 2, _ICMP6: 2}


def _summed(body: bytes, proto: int, ends: bytes, spoilt: bool) -> bytes:
    if proto == _SCTP:
        return body[:8] + struct.pack("<I", _crc32c(body)) + body[12:]
    place = _PLACE.get(proto)
    if place is None:
        return body
    if proto in (_UDP, _UDPLITE):
        body = body[:4] + struct.pack("!H", len(body)) + body[6:]
    pseudo = b"" if proto == _ICMP else ends + struct.pack("!II", len(body), proto)
    value = checksum(pseudo + body) or (0xFFFF if proto in (_UDP, _UDPLITE) else 0)
    if spoilt:
        value = value ^ 0x5555 or 1
    return body[:place] + struct.pack("!H", value) + body[place + 2 :]


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


# ---------------------------------------------------------------- back
def decode(data: bytes) -> tuple[dict[str, Any], int]:
    """(the fields of a packet, its token), as far as the bytes say. Of what is no IP packet: nothing."""
    if len(data) < 20 or data[0] >> 4 not in _HEADER or len(data) < _HEADER[data[0] >> 4]:
        return {}, 0
    if data[0] >> 4 == 4:
        _, tos, length, token, offset, hops, proto = struct.unpack_from("!BBHHHBB", data)
        ends, size, later = data[12:20], (data[0] & 15) * 4, offset & 0x1FFF
    else:
        first, length, proto, hops = struct.unpack_from("!IHBB", data)
        tos, token, length = first >> 20 & 0xFF, first & 0xFFFFF, length + 40
        ends, size, later = data[8:40], 40, 0
    half = len(ends) // 2
    found: dict[str, Any] = {"src": ipaddress.ip_address(ends[:half]), "dst": ipaddress.ip_address(ends[half:])}
    found |= {"proto": proto, "ttl": hops, "tos": tos, "length": length}
    return found | ({"fragment": True} if later else _ports(proto, data[size:])), token


def _ports(proto: int, body: bytes) -> dict[str, Any]:
    if proto in (_ICMP, _ICMP6) and len(body) >= 2:
        return {"icmp_type": body[0], "icmp_code": body[1]}
    if proto not in PORTED or len(body) < 4:
        return {}
    sport, dport = struct.unpack_from("!HH", body)
    return {"sport": sport, "dport": dport} | ({"tcp_flags": body[13]} if proto == _TCP and len(body) > 13 else {})


# icmp_send() in ipt_REJECT.c and nf_reject_ipv6.c: the code of each word, of type 3, or of type 1 for IPv6.
_CODES = {
    1: {0: "icmp-net-unreachable", 1: "icmp-host-unreachable", 2: "icmp-proto-unreachable", 3: "icmp-port-unreachable", 9: "icmp-net-prohibited",
        10: "icmp-host-prohibited", 13: "icmp-admin-prohibited"},
    58: {0: "icmp6-no-route", 1: "icmp6-adm-prohibited", 3: "icmp6-addr-unreachable", 4: "icmp6-port-unreachable", 5: "icmp6-policy-fail",
         6: "icmp6-reject-route"},
}  # fmt: skip


def answer(fields: Mapping[str, Any]) -> str | None:
    """What a packet says to the sender of another, in REJECT's words; None if it is no such answer."""
    if fields.get("tcp_flags", 0) & 0x04:
        return "tcp-reset"
    proto = fields.get("proto")
    if proto in _CODES and fields.get("icmp_type") == (3 if proto == _ICMP else 1):
        return _CODES[proto].get(fields["icmp_code"])
    return None
