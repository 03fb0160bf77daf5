"""Packets as bytes. The identification of IPv4, or the flow label of IPv6, is a number of ours: it survives forwarding and NAT."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Container
from typing import Any

from iptsim.names import ICMP_ERRORS, PORTED, RELATED
from iptsim.packet import Packet

_ICMP, _TCP, _UDP, _DCCP, _GRE, _ICMP6, _SCTP, _UDPLITE = 1, 6, 17, 33, 47, 58, 132, 136
_SYN, _ACK = 0x02, 0x10
# The number of a SYN, of either side. What follows fits, whichever way it goes: conntrack starts from 0 for a side that it has not heard.
_FIRST = (1 << 32) - 1001
QUERY = 7  # the identification of each ICMP query
_MSS = b"\x02\x04\x05\xb4"  # 1460


def encode(packet: Packet, token: int, *, spoilt: bool = False, about: Packet | None = None) -> bytes:
    """The packet from its network header on, all of whose fields are known; `spoilt` by a wrong checksum, or length, of its transport header; an
    ICMP error is `about` another."""
    source, destination, proto = packet.src, packet.dst, packet.proto
    assert source is not None
    assert destination is not None
    assert proto is not None
    version, ends = destination.version, source.packed + destination.packed
    header = _HEADER[version]
    start = _transport(packet) if about is None else _error(packet, about)
    body = start + bytes(max(0, (packet.length or 0) - header - len(start)))
    if packet.proto == _SCTP and start:  # the payload is in the chunk: after it conntrack looks for another
        body = body[:14] + struct.pack("!H", len(body) - 12) + body[16:]
    body = _summed(body, proto, ends, spoilt) if start else body
    hops, tos = 64 if packet.ttl is None else packet.ttl, packet.tos or 0
    if version == 6:
        return struct.pack("!IHBB", 6 << 28 | tos << 20 | token, len(body), proto, hops) + ends + body
    offset = 64 if packet.fragment else 0
    made = struct.pack("!BBHHHBBH", 0x45, tos, header + len(body), token, offset, hops, proto, 0) + ends
    return made[:10] + struct.pack("!H", checksum(made)) + made[12:] + body


_HEADER = {4: 20, 6: 40}
_QUOTED = 8  # bytes after the network header that an ICMP error tells of the packet that it is about


def shortest(packet: Packet) -> int:
    """How long a packet is without a payload. An ICMP error that is RELATED quotes another."""
    assert packet.dst is not None
    header = _HEADER[packet.dst.version]
    return header + len(_transport(packet)) + (header + _QUOTED if is_error(packet) and packet.ctstate == RELATED else 0)


def is_error(packet: Packet) -> bool:
    """Is it an ICMP error?"""
    return packet.icmp_type in ICMP_ERRORS.get(packet.proto or 0, ())


def _error(packet: Packet, about: Packet) -> bytes:
    head = struct.pack("!BBHI", packet.icmp_type or 0, packet.icmp_code or 0, 0, 0)
    return head + encode(about, 0)[: _HEADER[4 if packet.proto == _ICMP else 6] + _QUOTED]


def _transport(packet: Packet) -> bytes:
    """The transport header, its checksum zero. Of a later fragment there is none; of other protocols nothing is known."""
    sport, dport = packet.sport or 0, packet.dport or 0
    if packet.fragment:
        return b""
    match packet.proto:
        case 6:
            flags = packet.tcp_flags or 0
            number, acknowledged = _FIRST if flags & _SYN else _FIRST + 1, _FIRST + 1 if flags & _ACK else 0
            options = _MSS if flags & _SYN and _roomy(packet) else b""
            words = 5 + len(options) // 4
            return struct.pack("!HHIIBBHHH", sport, dport, number, acknowledged, words << 4, flags, 64240, 0, 0) + options
        case 17 | 136:
            return struct.pack("!HHHH", sport, dport, 0, 0)
        case 1 | 58:
            return struct.pack("!BBHHH", packet.icmp_type or 0, packet.icmp_code or 0, 0, QUERY, 1)
        case 132:  # with an INIT chunk
            return struct.pack("!HHII", sport, dport, 0, 0) + struct.pack("!BBHIIHHI", 1, 0, 20, 1, 65535, 1, 1, 1)
        case 47:  # NAT wants to see as much as PPTP's header has before its numbers (gre_manip_pkt)
            return b"\0\0\x08\0" + bytes(4)
        case 135:  # with no header after it
            return b"\x3b" + bytes(7)
        case 33:  # a request, with long sequence numbers and a service code
            return struct.pack("!HHBBHBBHII", sport, dport, 5, 0, 0, 1, 0, 0, 1, 0)
        case 51:  # with four bytes of checking
            return struct.pack("!BBHIII", 59, 2, 0, 1, 1, 0)
        case _:
            return bytes(8)


def _roomy(packet: Packet) -> bool:
    """Is there room for an option of TCP? Every SYN tells its MSS, which TCPMSS would add otherwise (tcpmss_mangle_packet)."""
    assert packet.dst is not None
    return packet.length is None or packet.length >= _HEADER[packet.dst.version] + 20 + len(_MSS)


# Where the checksum stands in the header. Other protocols have one too: REJECT looks at the sum of what it does not know.
_PLACE = {_TCP: 16, _UDP: 6, _DCCP: 6, _UDPLITE: 6, _ICMP: 2, _ICMP6: 2, 135: 4}


def _summed(body: bytes, proto: int, ends: bytes, spoilt: bool) -> bytes:
    if proto == _SCTP:
        return body[:8] + struct.pack("<I", _crc32c(body) ^ spoilt) + body[12:]
    if proto == _GRE:
        return body
    place = _PLACE.get(proto, 6)
    if proto in (_UDP, _UDPLITE):
        body = body[:4] + struct.pack("!H", 4 if spoilt else len(body)) + body[6:]  # less than the header
    pseudo = b"" if len(ends) == 8 and proto not in (_TCP, _UDP, _DCCP, _UDPLITE) else ends + struct.pack("!II", len(body), proto)
    if proto == _UDPLITE:  # as conntrack looks for it: with the number of UDP, and of the length one byte (udplite_error, nf_ip_checksum_partial)
        pseudo = ends + struct.pack("!II", len(body) & (0xFF if len(ends) == 8 else 0xFFFF), _UDP)
    value = checksum(pseudo + body) or (0xFFFF if proto in (_UDP, _UDPLITE) else 0)
    if spoilt and proto not in (_UDP, _UDPLITE):
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
    return found | ({"fragment": True} if later else _ports(proto, half, data[size:])), token


def _ports(proto: int, width: int, body: bytes) -> dict[str, Any]:
    if proto == (_ICMP if width == 4 else _ICMP6) and len(body) >= 2:
        return {"icmp_type": body[0], "icmp_code": body[1]}
    if proto not in PORTED or len(body) < 4:
        return {}
    sport, dport = struct.unpack_from("!HH", body)
    return {"sport": sport, "dport": dport} | ({"tcp_flags": body[13]} if proto == _TCP and len(body) > 13 else {})


# icmp_send() in ipt_REJECT.c and nf_reject_ipv6.c: the code of each word, of type 3, or of type 1 for IPv6.
_CODES = {
    1: {0: "icmp-net-unreachable", 1: "icmp-host-unreachable", 2: "icmp-proto-unreachable", 3: "icmp-port-unreachable", 9: "icmp-net-prohibited",
        10: "icmp-host-prohibited", 13: "icmp-admin-prohibited"},
    58: {0: "icmp6-no-route", 1: "icmp6-adm-prohibited", 2: "icmp6-not-neighbor", 3: "icmp6-addr-unreachable", 4: "icmp6-port-unreachable",
         5: "icmp6-policy-fail", 6: "icmp6-reject-route"},
}  # fmt: skip


def answer(data: bytes, senders: Container[tuple[Any, Any]], token: int) -> str | None:
    """What it says to the sender of the packet with that token, in REJECT's words; None if it is no such answer. `senders` are the sources and
    source ports that the packet had on its way."""
    fields, _ = decode(data)
    if fields.get("tcp_flags", 0) & 0x04 and (fields.get("dst"), fields.get("dport")) in senders:
        return "tcp-reset"
    if (fields.get("dst"), None) not in senders:
        return None
    proto = fields.get("proto")
    if proto in _CODES and fields.get("icmp_type") == (3 if proto == _ICMP else 1):
        about = data[(data[0] & 15) * 4 + 8 if proto == _ICMP else 48 :]
        return _CODES[proto].get(fields["icmp_code"]) if decode(about)[1] == token else None
    return None
