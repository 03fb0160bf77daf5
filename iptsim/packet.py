"""A packet: its fields, their widths, and how they are written.

`FIELDS` is the list of everything a rule can ask of a packet; `Packet` holds what is known of one packet. A field that is not known
is None, never zero. Addresses are `ipaddress` objects outside and integers inside.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from iptsim.errors import FlowError
from iptsim.names import (
    ADDRESS_TYPES,
    ALL_TCP_FLAGS,
    CT_DIRECTIONS,
    CT_STATES,
    PACKET_TYPES,
    PROTOCOL_NAMES,
    PROTOCOLS,
    SERVICES,
)  # fmt: skip

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked of a packet.

    `kind`: "address", "number", "bits" (a 32-bit mark, asked for under masks), "interface" (a name), "enum" (numbers with `names`).
    `top` is the greatest value (of an address: of IPv4; see `top_of`). `asked` is the word for it in a sentence.
    """

    name: str
    kind: str
    top: int
    asked: str
    names: tuple[str, ...] = ()


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("in_interface", "interface", 0, "the interface it came in by"),
        Field("out_interface", "interface", 0, "the interface it leaves by"),
        Field("ctstate", "enum", 4, "the conntrack state", CT_STATES),
        Field("ctdir", "enum", 1, "the direction in the connection", CT_DIRECTIONS),
        Field("ct_snat", "number", 1, "source NAT of the connection"),
        Field("ct_dnat", "number", 1, "destination NAT of the connection"),
        Field("ct_seen_reply", "number", 1, "an answer seen in the connection"),
        Field("ct_confirmed", "number", 1, "an earlier packet of the connection"),
        Field("src_type", "enum", 11, "the type of the source address", ADDRESS_TYPES),
        Field("dst_type", "enum", 11, "the type of the destination address", ADDRESS_TYPES),
        Field("src", "address", 0xFFFFFFFF, "the source"),
        Field("dst", "address", 0xFFFFFFFF, "the destination"),
        Field("proto", "number", 255, "the protocol"),
        Field("fragment", "number", 1, "being a later fragment"),
        Field("tcp_flags", "number", 255, "the TCP flags"),
        Field("icmp_type", "number", 255, "the ICMP type"),
        Field("icmp_code", "number", 255, "the ICMP code"),
        Field("sport", "number", 65535, "the source port"),
        Field("dport", "number", 65535, "the destination port"),
        Field("mac_source", "number", (1 << 48) - 1, "the source MAC address"),
        Field("physdev_in", "interface", 0, "the bridge port it came in by"),
        Field("physdev_out", "interface", 0, "the bridge port it leaves by"),
        Field("pkttype", "enum", 2, "the link-layer packet type", PACKET_TYPES),
        Field("ttl", "number", 255, "the TTL"),
        Field("length", "number", 65575, "the length"),
        Field("tos", "number", 255, "the TOS byte"),
        Field("socket", "number", 1, "belonging to a socket of this host"),
        Field("uid_owner", "number", 0xFFFFFFFF, "the user of the sending process"),
        Field("gid_owner", "number", 0xFFFFFFFF, "the group of the sending process"),
        Field("mark", "bits", 0xFFFFFFFF, "the mark"),
        Field("connmark", "bits", 0xFFFFFFFF, "the connection's mark"),
        Field("ctproto", "number", 255, "the connection's protocol"),
        Field("ctorigsrc", "address", 0xFFFFFFFF, "the connection's first source"),
        Field("ctorigdst", "address", 0xFFFFFFFF, "the connection's first destination"),
        Field("ctreplsrc", "address", 0xFFFFFFFF, "the source of the connection's answers"),
        Field("ctrepldst", "address", 0xFFFFFFFF, "the destination of the connection's answers"),
        Field("ctorigsrcport", "number", 65535, "the connection's first source port"),
        Field("ctorigdstport", "number", 65535, "the connection's first destination port"),
        Field("ctreplsrcport", "number", 65535, "the source port of the connection's answers"),
        Field("ctrepldstport", "number", 65535, "the destination port of the connection's answers"),
    )
}


def top_of(field: str, family: int) -> int:
    """The greatest value of a field in that family."""
    spec = FIELDS[field]
    return (1 << 128) - 1 if spec.kind == "address" and family == 6 else spec.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet, as far as it is known, at the moment it enters: where it arrives, or where a process sends it.

    Keywords are iptables' long flags. Strings are read as the flags are: `src="10.0.0.1"`, `proto="tcp"`, `dport="https"`,
    `tcp_flags="SYN,ACK"` (these are set, the rest clear), `ctstate="NEW"`. `fragment` means a second or later fragment.
    `src_type` and `dst_type` say what the addresses are to this host (LOCAL, UNICAST ...) where no host file does; `assume` answers
    what a rule cannot know, by the name that an answer gives it. Raises FlowError for a value that no packet can have.

    >>> Packet(src="172.17.0.2", dst="198.51.100.7", proto="tcp", dport="https").dport
    443
    """

    src: Address | None = None
    dst: Address | None = None
    proto: int | None = None
    sport: int | None = None
    dport: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    tcp_flags: int | None = None
    in_interface: str | None = None
    out_interface: str | None = None
    from_host: bool | None = None
    ctstate: int | None = None
    ctdir: int | None = None
    mark: int | None = None
    connmark: int | None = None
    ttl: int | None = None
    length: int | None = None
    tos: int | None = None
    uid_owner: int | None = None
    gid_owner: int | None = None
    mac_source: int | None = None
    physdev_in: str | None = None
    physdev_out: str | None = None
    fragment: bool | None = None
    src_type: int | None = None
    dst_type: int | None = None
    pkttype: int | None = None
    assume: Mapping[str, bool | int | str] | None = None

    def __init__(self, **given: Any) -> None:
        for field in fields(self):
            value = given.pop(field.name, None)
            object.__setattr__(self, field.name, None if value is None else read_field(field.name, value))
        if given:
            raise FlowError(f"a packet has no field {next(iter(given))!r}", hint=f"fields: {', '.join(f.name for f in fields(self))}")

    def known(self) -> dict[str, Any]:
        """The fields that are known, by keyword, values as they are held."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}

    def __repr__(self) -> str:
        return f"Packet({', '.join(f'{k}={_shown(k, v)!r}' for k, v in self.known().items())})"

    def __str__(self) -> str:
        return notation(self)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON: addresses, interfaces and `proto` strings, ports and marks numbers."""
        out: dict[str, Any] = {k: _shown(k, v) for k, v in self.known().items() if k not in ("icmp_type", "icmp_code")}
        if self.icmp_type is not None:
            out["icmp_type"] = f"{self.icmp_type}/{self.icmp_code or 0}"
        return out


def _shown(field: str, value: Any) -> Any:
    if field in ("src", "dst"):
        return str(value)
    if field == "proto":
        return PROTOCOL_NAMES.get(value, str(value))
    if field == "tcp_flags":
        return flags_text(value)
    if field in ("ctstate", "ctdir", "src_type", "dst_type", "pkttype"):
        return FIELDS[field].names[value]
    if field == "mac_source":
        return mac_text(value)
    if field == "assume":
        return dict(value)
    return value


# ---------------------------------------------------------------- reading and writing single values
def read_field(field: str, value: Any) -> Any:
    """A value as a user gives it, as the packet holds it. Raises FlowError."""
    try:
        return _READERS.get(field, _number)(field, value)
    except FlowError:
        raise
    except (ValueError, TypeError, KeyError):
        raise FlowError(f"{field} cannot be {value!r}") from None


def _address(_field: str, value: Any) -> Address:
    if isinstance(value, str):
        value = value.removesuffix("/128" if ":" in value else "/32")
    return ipaddress.ip_address(value)


def _protocol(_field: str, value: Any) -> int:
    if isinstance(value, str):
        name = value.lower()
        return _number("proto", PROTOCOLS[name] if name in PROTOCOLS else int(value, 0))
    return _number("proto", value)


def _port(field: str, value: Any) -> int:
    return _number(field, SERVICES.get(value, value) if isinstance(value, str) else value)


def _number(field: str, value: Any) -> int:
    number = int(value, 0) if isinstance(value, str) else int(value)
    if not 0 <= number <= FIELDS[field].top:
        raise FlowError(f"{field} {value} is out of range: 0 to {FIELDS[field].top}")
    return number


def _flags(field: str, value: Any) -> int:
    return read_flags(value) if isinstance(value, str) else _number(field, value)


def _icmp(field: str, value: Any) -> int:
    return _number(field, value.partition("/")[0] if isinstance(value, str) else value)


def _named(field: str, value: Any) -> int:
    names = FIELDS[field].names
    if isinstance(value, str):
        folded = [name.upper() for name in names]
        if value.upper() not in folded:
            raise FlowError(f"{field} cannot be {value!r}", expected=", ".join(names))
        return folded.index(value.upper())
    return _number(field, value)


def _mac(field: str, value: Any) -> int:
    return int(value.replace(":", "").replace("-", ""), 16) if isinstance(value, str) else _number(field, value)


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str) or len(value.encode("utf-8", "surrogateescape")) > 15:
        raise FlowError(f"{field} cannot be {value!r}: an interface name has at most 15 bytes")
    return value


def _truth(_field: str, value: Any) -> bool:
    return bool(value)


_READERS: dict[str, Any] = {
    "src": _address, "dst": _address, "proto": _protocol, "sport": _port, "dport": _port, "tcp_flags": _flags, "icmp_type": _icmp,
    "ctstate": _named, "ctdir": _named, "src_type": _named, "dst_type": _named, "pkttype": _named, "mac_source": _mac,
    "in_interface": _text, "out_interface": _text, "physdev_in": _text, "physdev_out": _text, "from_host": _truth, "fragment": _truth,
    "assume": lambda _field, value: dict(value),
}  # fmt: skip


def read_flags(text: str) -> int:
    """`SYN,ACK`, `ALL`, `NONE` as TCP's flag byte; ALL is what iptables calls so, without ECE and CWR. Raises FlowError."""
    bits = 0
    for name in text.upper().split(","):
        if name == "ALL":
            bits |= 63
        elif name in ALL_TCP_FLAGS:
            bits |= ALL_TCP_FLAGS[name]
        elif name != "NONE":
            raise FlowError(f"there is no TCP flag {name!r}", expected=", ".join([*ALL_TCP_FLAGS, "ALL", "NONE"]))
    return bits


def flags_text(bits: int) -> str:
    """The set flags, in iptables' order, `NONE` for none."""
    return ",".join(name for name, bit in ALL_TCP_FLAGS.items() if bits & bit) or "NONE"


def mac_text(value: int) -> str:
    """A MAC address in lower-case hex with colons."""
    return ":".join(f"{value >> shift & 255:02x}" for shift in range(40, -1, -8))


def notation(packet: Packet) -> str:
    """`tcp 10.1.2.3:40000 > 203.0.113.7:443, syn, in eth0`: the operator's one line; what is not known is `*` or left out."""
    proto = "*" if packet.proto is None else PROTOCOL_NAMES.get(packet.proto, f"protocol {packet.proto}")

    def end(address: Address | None, port: int | None) -> str:
        host = "*" if address is None else str(address)
        if port is None:
            return host
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    parts = [f"{proto} {end(packet.src, packet.sport)} > {end(packet.dst, packet.dport)}"]
    if packet.icmp_type is not None:
        parts.append(f"type {packet.icmp_type}/{packet.icmp_code or 0}")
    if packet.tcp_flags is not None and packet.proto == 6:
        parts.append(flags_text(packet.tcp_flags).lower())
    if packet.ctstate is not None:
        parts.append(CT_STATES[packet.ctstate])
    if packet.from_host:
        parts.append("from this host")
    elif packet.in_interface:
        parts.append(f"in {packet.in_interface}")
    if packet.out_interface:
        parts.append(f"out {packet.out_interface}")
    return ", ".join(parts)
