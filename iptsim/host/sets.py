"""ipsets, as `ipset save` and `ipset list` print them: types and entries, read but not yet asked."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from iptsim.host.places import BITS, at, bad, is_json, json_rows, lines
from iptsim.names import ICMP_TYPES, ICMPV6_TYPES, PROTOCOLS, SERVICES
from iptsim.source import Source

_EXPECTED = "the output of `ipset save` or `ipset list`"
_ENTRY = "add SET ENTRY, the entry as the type of the set wants it"
TYPES = (
    "hash:ip", "hash:net", "hash:mac", "hash:ip,port", "hash:net,port", "hash:ip,mac", "hash:ip,mark", "hash:net,net", "hash:net,iface",
    "hash:ip,port,ip", "hash:ip,port,net", "hash:net,port,net", "bitmap:ip", "bitmap:ip,mac", "bitmap:port", "list:set",
)  # fmt: skip
_QUOTED = re.compile(r'"[^"]*"')


class Part(NamedTuple):
    """One component of an entry: an inclusive range, under what must be equal besides (of a port its protocol; else the text itself)."""

    tag: str | int
    low: int = 0
    high: int = 0


# The components, and whether the entry is an exception (`nomatch`): a plain tuple, since there may be 100 000.
Entry = tuple[tuple[Part, ...], bool]


@dataclass(frozen=True, slots=True)
class IpSet:
    """A set: its type, family (None where the type has none) and header, and what is in it. Timeouts, counters and comments are not kept."""

    name: str
    type: str
    family: int | None
    header: Mapping[str, str]
    entries: tuple[Entry, ...] = ()

    @property
    def dims(self) -> list[str]:
        """What it compares, in order: ip, net, port, mac, mark, iface, set."""
        return self.type.partition(":")[2].split(",")


def read_sets(source: Source) -> dict[str, IpSet]:
    """Every set of the file. Raises HostError."""
    if is_json(source.text):
        rows = [at(source, 1, _json_set, row, expected=_EXPECTED) for row in json_rows(source, _EXPECTED)]
        return {made.name: made for made in rows}
    listed = source.text.lstrip().startswith("Name: ")
    return _collect(source, _listed(source) if listed else _saved(source))


# A line: its number, ("create" or "add"), the set, and what follows.
_Line = tuple[int, str, str, str]


def _saved(source: Source) -> Iterator[_Line]:
    for number, line in lines(source):
        words = line.split(None, 2)
        if len(words) == 3 and words[0] in ("add", "create", "-A", "-N"):
            yield number, "add" if words[0] in ("add", "-A") else "create", words[1], words[2]
        elif words[0] not in ("COMMIT", "commit") and words[0][0] != "#":
            raise bad(source, number, f"{line.strip()[:40]!r} is not a line of `ipset save`", "create SET TYPE ... or add SET ENTRY ...")


def _listed(source: Source) -> Iterator[_Line]:
    name, kind, members = "", "", False
    for number, line in lines(source):
        key, _, value = line.partition(": ")
        if key == "Name":
            name, members = value.strip(), False
        elif members:
            yield number, "add", name, line
        elif key == "Type":
            kind = value.strip()
        elif key == "Header":
            yield number, "create", name, f"{kind} {value}"
        elif line.startswith("Members:"):
            members = True
        elif ":" not in line:
            raise bad(source, number, f"{line.strip()[:40]!r} is not a line of `ipset list`", _EXPECTED)


def _collect(source: Source, found: Iterable[_Line]) -> dict[str, IpSet]:
    sets: dict[str, IpSet] = {}
    entries: dict[str, list[Entry]] = {}
    readers: dict[str, Callable[[str], Iterable[Entry]]] = {}
    for number, verb, name, rest in found:
        if verb == "create":
            sets[name] = at(source, number, _created, name, rest, expected="create SET TYPE ..., the type one of " + ", ".join(TYPES))
            entries[name], readers[name] = [], _reader(sets[name])
        elif name not in readers:
            raise bad(source, number, f"the set {name!r} is not created before", "create SET TYPE ... first")
        else:
            entries[name] += at(source, number, readers[name], rest, expected=_ENTRY)
    return {name: replace(made, entries=tuple(entries[name])) for name, made in sets.items()}


def _created(name: str, rest: str) -> IpSet:
    kind, *options = rest.split()
    if kind not in TYPES:
        raise ValueError(f"{kind!r} is not a type of ipset that iptsim knows")
    valued = ("family", "netmask", "bitmask", "markmask", "range")
    header = {key: value for key, value in pairwise(options) if key in valued}
    return IpSet(name, kind, _family(kind, header.get("family", "inet")), header)


def _family(kind: str, word: str) -> int | None:
    if kind in ("bitmap:port", "hash:mac", "list:set"):
        return None
    if word not in ("inet", "inet6"):
        raise ValueError(f"{word!r} is not a family: inet or inet6")
    return 6 if word == "inet6" else 4


def _json_set(row: Mapping[str, Any]) -> IpSet:
    """`ipset list -o json`."""
    header = " ".join(f"{key} {value}" for key, value in row.get("header", {}).items())
    made = _created(row["name"], f"{row['type']} {header}")
    read = _reader(made)
    texts = (f"{member['elem']}{' nomatch' if 'nomatch' in member else ''}" for member in row.get("members", ()))
    return replace(made, entries=tuple(entry for text in texts for entry in read(text)))


def sets_of(given: Mapping[str, Any]) -> dict[str, IpSet]:
    """Sets that are given from Python or TOML: name -> {"type", "family", "entries"}, or just the entries of a hash:net. Raises ValueError."""
    found = {}
    for name, value in given.items():
        if isinstance(value, IpSet):
            found[name] = value
            continue
        row = value if isinstance(value, Mapping) else {"entries": value}
        texts = [str(text) for text in row.get("entries", ())]
        family = row.get("family", "inet6" if any(text.partition(",")[0].count(":") > 1 for text in texts) else "inet")
        options = " ".join(f"{key} {value}" for key, value in row.items() if key not in ("type", "entries", "family"))
        made = _created(name, f"{row.get('type', 'hash:net')} family {family} {options}")
        read = _reader(made)
        found[name] = replace(made, entries=tuple(entry for text in texts for entry in read(text)))
    return found


# ---------------------------------------------------------------- entries
def _reader(made: IpSet) -> Callable[[str], Iterable[Entry]]:
    """What turns the text after `add SET` into entries; a range of networks is several, as for the ipset tool."""
    family = made.family or 4
    widen = int(made.header.get("netmask", BITS[family]))
    readers: dict[str, Callable[[str], list[Part]]] = {
        "ip": lambda text: _ips(text, family, widen), "net": lambda text: _nets(text, family),
        "port": _ports if made.type != "bitmap:port" else _bare, "mac": _mac, "mark": lambda text: [Part(int(text, 0))],
        "iface": lambda text: [Part(text)], "set": lambda text: [Part(text)],
    }  # fmt: skip
    columns = [readers[dim] for dim in made.dims]
    first = columns[0]

    def read(rest: str) -> Iterable[Entry]:
        text, _, options = rest.partition(" ")
        words = _QUOTED.sub("", options).split() if options else ()
        nomatch = "nomatch" in words
        if len(columns) == 1:
            return [((part,), nomatch) for part in first(text)]
        texts = text.split(",")
        if len(texts) == 1 and made.type == "bitmap:ip,mac":
            texts.append("")
        if len(texts) != len(columns):
            raise ValueError(f"{text!r} has {len(texts)} parts, {made.type} has {len(columns)}")
        if "wildcard" in words:
            texts[-1] += "+"
        found: list[tuple[Part, ...]] = [()]
        for column, word in zip(columns, texts, strict=True):
            found = [(*before, part) for before in found for part in column(word)]
        return [(parts, nomatch) for parts in found]

    return read


def _address(text: str, family: int) -> int:
    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET if family == 4 else socket.AF_INET6, text), "big")
    except OSError:
        raise ValueError(f"{text!r} is not an IPv{family} address") from None


def _ips(text: str, family: int, widen: int) -> list[Part]:
    """An address, network or range; where the set has a netmask, all that it makes of them."""
    part = _span(text, family)
    rest = (1 << (BITS[family] - widen)) - 1
    return [Part("", part.low & ~rest, part.high | rest)]


def _nets(text: str, family: int) -> list[Part]:
    """A network; a range is cut into networks, since a longer prefix beats a shorter one."""
    part = _span(text, family)
    if "-" not in text:
        return [part]
    low, high = (ipaddress.ip_address(value) if family == 4 else ipaddress.IPv6Address(value) for value in (part.low, part.high))
    nets: Iterable[Any] = ipaddress.summarize_address_range(low, high)
    return [Part("", int(net[0]), int(net[-1])) for net in nets]


def _span(text: str, family: int) -> Part:
    low, slash, length = text.partition("/")
    if slash:
        bits = int(length)
        if not 0 <= bits <= BITS[family]:
            raise ValueError(f"{text!r} has an impossible prefix length")
        rest = (1 << (BITS[family] - bits)) - 1
        value = _address(low, family)
        return Part("", value & ~rest, value | rest)
    low, dash, high = text.partition("-")
    first = _address(low, family)
    last = _address(high, family) if dash else first
    if first > last:
        raise ValueError(f"the range {text} is backwards")
    return Part("", first, last)


def _ports(text: str) -> list[Part]:
    """`tcp:80`, `udp:1000-2000`, `icmp:8/0`, `icmp:echo-request`, `gre:0`; without a protocol it is TCP."""
    name, colon, value = text.rpartition(":")
    proto = PROTOCOLS[name] if name in PROTOCOLS else int(name) if colon else PROTOCOLS["tcp"]
    if proto in (1, 58):
        return [_icmp(value, ICMP_TYPES if proto == 1 else ICMPV6_TYPES, proto)]
    return [Part(proto, *_port_range(value))]


def _bare(text: str) -> list[Part]:
    return [Part("", *_port_range(text.rpartition(":")[2]))]


def _port_range(text: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    first, last = (SERVICES[word] if word in SERVICES else int(word) for word in (low, high if dash else low))
    if not 0 <= first <= last <= 0xFFFF:
        raise ValueError(f"{text!r} is not a port or a range of ports")
    return first, last


def _icmp(text: str, names: Mapping[str, tuple[int, int, int]], proto: int) -> Part:
    """Type and code in one number, as the kernel keeps them in the place of a port."""
    if text in names:
        kind, code, _ = names[text]
    else:
        kind, code = (int(word) for word in text.split("/")) if "/" in text else divmod(int(text), 256)
    return Part(proto, kind << 8 | code, kind << 8 | code)


def _mac(text: str) -> list[Part]:
    """An address without MAC, in bitmap:ip,mac, is there for any."""
    if not text:
        return [Part("", 0, (1 << 48) - 1)]
    if not re.fullmatch(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}", text):
        raise ValueError(f"{text!r} is not a MAC address")
    value = int("".join(word.zfill(2) for word in text.split(":")), 16)
    return [Part("", value, value)]
