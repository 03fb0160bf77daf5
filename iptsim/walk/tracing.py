"""From the end of a group to the Trace of its packet."""

from __future__ import annotations

import ipaddress
from typing import Any

from iptsim.packet import Packet
from iptsim.reading import Reading, Same, Shift
from iptsim.ruleset import Ruleset
from iptsim.trace import Trace, Verdict
from iptsim.walk.engine import Result
from iptsim.walk.group import Group, trail

_LEAVING = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "in_interface", "out_interface", "physdev_out", "mark",
            "connmark", "ctstate", "ttl", "tos", "length")  # fmt: skip


def to_trace(result: Result, packet: Packet, ruleset: Ruleset) -> Trace:
    """The trace of `packet`, which ended so."""
    through = result.verdict is Verdict.ACCEPT
    return Trace(
        result.verdict,
        result.fate,
        result.decided_by,
        packet,
        as_packet(result.group, packet, ruleset.family) if through else None,
        trail(result.group.steps),
        result.unknown,
        result.answer,
    )


def as_packet(group: Group, packet: Packet, family: int) -> Packet:
    """The packet as it is now: what is not known is None."""
    original = packet.known()
    now: dict[str, Any] = {}
    for name in _LEAVING:
        value = _value(group.read(name), original)
        if value is None or (name in ("sport", "dport") and "icmp_type" in original):
            continue
        if name in ("src", "dst") and isinstance(value, int):
            value = ipaddress.IPv4Address(value) if family == 4 else ipaddress.IPv6Address(value)
        now[name] = value
    if now.get("in_interface") == "":
        now["from_host"] = True
    if now.get("proto") != 6:
        now.pop("tcp_flags", None)
    return Packet(**{name: value for name, value in now.items() if value != ""})


def _value(reading: Reading, original: dict[str, Any]) -> Any:
    match reading:
        case int() | str():
            return reading
        case Same(name):
            return original.get(name)
        case Shift(name, by):
            return int(original[name]) + by if name in original else None
        case _:
            return None
