"""Interfaces and their addresses, as `ip addr` tells them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from iptsim.host.places import BITS, Net, at, bad, ip_value, is_json, json_rows, lines, masked
from iptsim.source import Source

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
_EXPECTED = "the output of `ip addr` or `ip -j addr`"
_HEAD = re.compile(r"[0-9]+: (?P<name>[^ @]+?)(?:@[^ ]+)?:\s+<(?P<flags>[^>]*)>(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Address:
    """An address of an interface. `net` is what is reached through it: its subnet, or the peer. `broadcast` is what `brd` gives, if at all."""

    ip: Interface
    net: Net
    scope: str
    broadcast: int | None = None

    @property
    def value(self) -> int:
        return int(self.ip)

    @property
    def family(self) -> int:
        return self.net.family


@dataclass(frozen=True, slots=True)
class Link:
    """An interface: its addresses in the order of `ip addr`, and the bridge it is a port of."""

    name: str
    addresses: tuple[Address, ...] = ()
    master: str | None = None
    bridge: bool = False

    def primary(self, family: int) -> list[Address]:
        """Its addresses without secondaries. A secondary has the subnet of one before it (devinet.c: __inet_insert_ifa)."""
        own = [address for address in self.addresses if address.family == family]
        if family == 6:
            return own
        first: dict[Net, Address] = {}
        for address in own:
            first.setdefault(address.net, address)
        return list(first.values())


LOOPBACK = ("127.0.0.1/8", "::1/128")


def address(text: str, scope: str = "", peer: str = "", broadcast: str = "") -> Address:
    """`198.51.100.10/24`, and what `ip addr` may say besides. Raises ValueError."""
    ip = ipaddress.ip_interface(text)
    near = ip_value(peer)[0] if peer else int(ip)
    subnet = masked(near, ip.network.prefixlen, ip.version)
    wide = ip_value(broadcast)[0] if broadcast else None
    return Address(ip, subnet, scope or _scope(ip), wide)


def _scope(ip: Interface) -> str:
    return "host" if ip.is_loopback else "link" if ip.is_link_local else "global"


def links_of(interfaces: Mapping[str, Iterable[str]]) -> list[Link]:
    """Interfaces that are given as names and addresses. Raises ValueError."""
    return [Link(name, tuple(address(text) for text in given)) for name, given in interfaces.items()]


def merged(links: Iterable[Link]) -> tuple[Link, ...]:
    """One Link per name, in order, with lo's own addresses, which are there whether told or not."""
    found: dict[str, Link] = {"lo": Link("lo")}
    for link in links:
        before = found.get(link.name, Link(link.name))
        both = tuple(dict.fromkeys(before.addresses + link.addresses))
        found[link.name] = Link(link.name, both, link.master or before.master, link.bridge or before.bridge)
    own = tuple(address(text) for text in LOOPBACK)
    missing = tuple(a for a in own if a.ip not in {b.ip for b in found["lo"].addresses})
    found["lo"] = Link("lo", found["lo"].addresses + missing)
    return tuple(found.values())


def read_links(source: Source) -> list[Link]:
    """`ip addr` in text or JSON. Raises HostError."""
    return _read_json(source) if is_json(source.text) else _read_text(source)


def _read_json(source: Source) -> list[Link]:
    return [at(source, 1, _json_link, row, expected=_EXPECTED) for row in json_rows(source, _EXPECTED)]


def _json_link(row: dict[str, Any]) -> Link:
    found = []
    for info in row.get("addr_info", ()):
        if info.get("family") in ("inet", "inet6"):
            local = f"{info['local']}/{info['prefixlen']}"
            found.append(address(local, str(info.get("scope", "")), info.get("address", ""), info.get("broadcast", "")))
    kind = row.get("linkinfo", {}).get("info_kind", "")
    return Link(row["ifname"], tuple(found), row.get("master"), kind == "bridge")


def _read_text(source: Source) -> list[Link]:
    found: list[Link] = []
    for number, line in lines(source):
        head = _HEAD.match(line)
        words = line.split()
        if head:
            rest = head["rest"].split()
            found.append(Link(head["name"], (), _after(rest, "master")))
        elif not line[0].isspace() or not found:
            raise bad(source, number, f"{words[0]!r} does not start a line of `ip addr`", _EXPECTED)
        elif words[0] in ("inet", "inet6"):
            link, new = found[-1], at(source, number, _text_address, words, expected="inet ADDRESS/PREFIX ... scope SCOPE NAME")
            found[-1] = Link(link.name, (*link.addresses, new), link.master, link.bridge)
        elif words[0] == "bridge" and "forward_delay" in words:  # ip -d addr
            link = found[-1]
            found[-1] = Link(link.name, link.addresses, link.master, True)
    return found


def _text_address(words: list[str]) -> Address:
    peer, length = (_after(words, "peer") or "").partition("/")[::2]
    local = words[1] if "/" in words[1] else f"{words[1]}/{length or BITS[ip_value(words[1])[1]]}"
    return address(local, _after(words, "scope") or "", peer, _after(words, "brd") or "")


def _after(words: list[str], key: str) -> str | None:
    """The word that follows `key`."""
    place = words.index(key) + 1 if key in words else len(words)
    return words[place] if place < len(words) else None
