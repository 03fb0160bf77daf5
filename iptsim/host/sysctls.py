"""Kernel settings, as `sysctl -a` prints them, and how the kernel puts `all` and an interface's own together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iptsim.host.places import bad, lines
from iptsim.source import Source

_EXPECTED = "the output of `sysctl -a`: lines NAME = VALUE"
# linux/inetdevice.h: IN_DEV_MAXCONF and IN_DEV_ORCONF; the greater one is what counts in both
_GREATER = frozenset(["rp_filter", "route_localnet", "accept_local", "src_valid_mark", "log_martians", "arp_ignore", "arp_announce"])
_CONF = re.compile(r"(net\.ipv[46]\.conf)\.(.+)\.([^.]+)")


def dotted(name: str) -> str:
    """A name with dots alone: sysctl prints eth0.100 as eth0/100, and takes paths too."""
    return name.strip().replace("/", ".")


def read_sysctls(source: Source) -> dict[str, int]:
    """The settings whose value is a number; the others are passed over. Raises HostError."""
    found = {}
    for number, line in lines(source):
        name, equals, value = line.partition("=")
        if line.lstrip()[0] in "#;" or line.startswith("sysctl: "):
            continue
        if not equals or not re.fullmatch(r"[A-Za-z0-9_./:*@-]+", name.strip()):
            raise bad(source, number, f"{line.strip()[:40]!r} is not a setting", _EXPECTED)
        if re.fullmatch(r"-?[0-9]+", value.strip()):
            found[dotted(name)] = int(value)
    return found


def flattened(given: Mapping[str, Any], prefix: str = "") -> dict[str, int]:
    """Settings as they are given from Python or TOML, where a name may be written as nested tables. Raises ValueError."""
    found: dict[str, int] = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            found |= flattened(value, f"{prefix}{name}.")
        else:
            found[dotted(prefix + name)] = int(value)
    return found


def setting(known: Mapping[str, int], name: str, default: int) -> int:
    """The value that counts: of an interface's setting, what the kernel makes of `all` and its own."""
    name = dotted(name)
    match = _CONF.fullmatch(name)
    if match and match[3] in _GREATER:
        return max((known[key] for key in (name, f"{match[1]}.all.{match[3]}") if key in known), default=default)
    for key in (name, *_instead(name, match)):
        if key in known:
            return known[key]
    return default


def _instead(name: str, match: re.Match[str] | None) -> list[str]:
    """Settings that tell the same: writing ip_forward writes every interface's forwarding (devinet.c: inet_forward_change)."""
    if name == "net.ipv4.ip_forward":
        return ["net.ipv4.conf.all.forwarding"]
    if match and match[3] == "forwarding":
        return [f"{match[1]}.all.forwarding", *(["net.ipv4.ip_forward"] if match[1].endswith("4.conf") else [])]
    return []
