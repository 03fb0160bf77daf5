"""How a packet is when it enters: which fields are known, and what those mean that were left out."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from iptsim.names import UNICAST
from iptsim.packet import FIELDS, Packet
from iptsim.reading import Reading, Same, TypeOf
from iptsim.walk.group import Group
from iptsim.walk.setting import Setting

# Left out, these mean the packet that opens a connection (api.md); the state is what conntrack gives such a packet.
DEFAULTS: dict[str, int] = {"tcp_flags": 0x02, "mark": 0, "connmark": 0, "fragment": 0}


def readings(known: Mapping[str, Any]) -> dict[str, Reading]:
    """The fields of a packet as readings: addresses as integers, truth as 0 and 1."""
    now: dict[str, Reading] = {}
    for name, value in known.items():
        if name in FIELDS:
            address = isinstance(value, str) and FIELDS[name].kind == "address"
            now[name] = int(ip_address(value)) if address else value if isinstance(value, str) else int(value)
    if known.get("from_host"):
        now["in_interface"] = ""
    return now


def enter(setting: Setting, now: dict[str, Reading], where: int, open_fields: frozenset[str] = frozenset()) -> Group:
    """The group that enters, and in `setting.arrival` how it was. `open_fields` are left open although they have a meaning when left out."""
    for name, value in DEFAULTS.items():
        if name not in open_fields:
            now.setdefault(name, value)
    setting.unsourced = "src" not in now and "src" not in open_fields
    _types(setting, now, open_fields)
    entry = now.get("in_interface")
    if isinstance(entry, str) and "physdev_in" not in now and not setting.is_bridge(entry):
        now["physdev_in"] = ""
    setting.arrival = dict(now) | {name: Same(name) for name in open_fields if name not in now}
    asked = now.get("out_interface")
    return Group(where, now, out=asked if isinstance(asked, str) else None)


def _types(setting: Setting, now: dict[str, Reading], open_fields: frozenset[str]) -> None:
    """What the addresses are to this host. Unknown hosts: a destination's type is a field of its own; a source that arrives is none of this
    host's addresses (the kernel drops such a packet as a martian before it could matter to filter)."""
    if "dst_type" not in now and "dst_type" not in open_fields:
        kind = setting.type_of(now.get("dst", Same("dst")), "dst")
        if kind is not None and kind != Same("dst_type"):
            now["dst_type"] = kind
    if "src_type" not in now and "src_type" not in open_fields:
        types = setting.known_types()
        source = now.get("src")
        if isinstance(source, int):
            now["src_type"] = next((number for number, values in types if source in values), UNICAST)
        else:
            now["src_type"] = TypeOf(Same("src"), types)


def home(setting: Setting, now: dict[str, Reading], source: tuple[int, int] | None) -> None:
    """Where a packet comes from that does not say: by the interface behind which its source is, if one is known to be."""
    if "in_interface" in now or source is None:
        return
    found = setting.home_of(*source)
    if found is None:
        return
    now["in_interface"] = found[0]
    if found[1] is not None:
        setting.assume(found[1].text, found[1].origin)


def of_packet(setting: Setting, packet: Packet) -> Group:
    """The group of one packet."""
    now = readings({**(packet.assume or {}), **packet.known()})
    source = now.get("src")
    if packet.from_host is None:
        home(setting, now, (source, source) if isinstance(source, int) else None)
    return enter(setting, now, 1)
