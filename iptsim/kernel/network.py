"""A Host as commands for `ip`, `ipset` and as kernel settings: what makes an empty namespace that host."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from iptsim.host import Host
from iptsim.host.places import BITS
from iptsim.host.routes import RouteLine, RuleLine
from iptsim.host.sets import IpSet, Part
from iptsim.kernel.netlink import REPLACE, Netlink, attribute
from iptsim.kernel.tools import KernelError
from iptsim.names import PROTOCOL_NAMES
from iptsim.packet import Address, mac_text
from iptsim.values import ip_text

_MAC = 0x02_00_00_00_00_00


@dataclass(frozen=True, slots=True)
class Plug:
    """An Ethernet interface, or a port of a bridge (`bridge` is its name): its own MAC address, and that of whoever is at its far end."""

    name: str
    bridge: str | None
    mac: int
    far: int


def plugs(host: Host) -> dict[str, Plug]:
    """The interfaces that packets can come in by, each with its place. A bridge has at least two ports, so that packets can cross it."""
    found: dict[str, Plug] = {}
    ports = {bridge: _two(bridge, given) for bridge, given in host.bridges.items()}
    masters = {port: bridge for bridge, given in ports.items() for port in given}
    names = [name for name in (*host.interface_names(), *masters) if name != "lo" and name not in ports]
    for number, name in enumerate(dict.fromkeys(names), 1):
        found[name] = Plug(name, masters.get(name), _MAC | number << 8 | 1, _MAC | number << 8 | 2)
    return found


def _two(bridge: str, given: tuple[str, ...]) -> tuple[str, ...]:
    return given + tuple(f"{bridge[:12]}-p{n}" for n in range(max(0, 2 - len(given))))


def bridge_mac(host: Host, bridge: str) -> int:
    """The MAC address of a bridge."""
    return _MAC | 1 << 32 | list(host.bridges).index(bridge)


# ---------------------------------------------------------------- ip
def link_commands(host: Host, made: Mapping[str, Plug]) -> Iterator[str]:
    """`ip link`: what was made is joined to its bridge and comes up. Nobody is asked for MAC addresses, nothing is said unasked."""
    quiet = "arp off multicast off"
    yield "link set lo up"
    for bridge in host.bridges:
        yield f"link add {bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
        yield f"link set {bridge} address {mac_text(bridge_mac(host, bridge))} multicast off"
    for plug in made.values():
        joined = f"master {plug.bridge} " if plug.bridge else ""
        yield f"link set {plug.name} address {mac_text(plug.mac)} {joined}{quiet}"
        if plug.bridge:
            yield f"link set {plug.name} type bridge_slave learning off"
        yield f"link set {plug.name} up"
        yield f"link show dev {plug.name}"  # to be asked settles whether it has a carrier
    for bridge in host.bridges:  # last, so that it finds its ports ready
        yield f"link set {bridge} up"


def bridge_commands(made: Mapping[str, Plug]) -> Iterator[str]:
    """`bridge fdb`: who is at the far end of each port."""
    return (f"fdb replace {mac_text(plug.far)} dev {plug.name} master static" for plug in made.values() if plug.bridge)


def neighbour(netlink: Netlink, index: int, address: Address, mac: int) -> None:
    """`ip neigh replace`: who has that address has that MAC address (RTM_NEWNEIGH, NUD_PERMANENT)."""
    body = struct.pack("=iHBB", index, 0x80, 0, 0) + attribute(1, address.packed) + attribute(2, mac.to_bytes(6, "big"))
    netlink.request((0, 28), body, family=2 if address.version == 4 else 10, flags=REPLACE)


def address_commands(host: Host, family: int) -> Iterator[str]:
    """`ip addr`, so that the order is the host's: a new address of IPv6 comes first (addrconf.c: ipv6_link_dev_addr)."""
    for link in host.links or ():
        for address in link.addresses if family == 4 else reversed(link.addresses):
            if address.family != family or (link.name == "lo" and address.ip.is_loopback):
                continue
            own = f"{ip_text(address.value, family)}/{address.net.length}"
            peer = "" if address.net.low <= address.value <= address.net.high else f" peer {address.net}"
            wide = f" broadcast {ip_text(address.broadcast, 4)}" if address.broadcast is not None and family == 4 else ""
            first = own.partition("/")[0] if peer else own
            yield f"addr add {first}{peer}{wide} dev {link.name} scope {address.scope}{' nodad' if family == 6 else ''}"


_FLAGS = frozenset(["linkdown", "pervasive", "offload", "trap", "rt_offload", "rt_trap", "rt_offload_failed", "notify", "cache", "unresolved"])
_DROPPED = frozenset(["expires", "error", "age", "pref", "table", "proto"])  # the next word is theirs


def route_commands(host: Host, family: int) -> Iterator[str]:
    """`ip route`: the tables but local, which the kernel fills from the addresses."""
    tables = _tables(host)
    for line in host.routes or ():
        if line.net.family == family and (line.table != "local" or (line.kind == "local" and line.net.length < BITS[family])) and not line.dead:
            yield f"route replace {_route(line)} table {tables.get(line.table, line.table)}"


def _route(line: RouteLine) -> str:
    words = []
    rest = iter(line.text.split())
    for word in rest:
        if word in _DROPPED:
            next(rest, "")
        elif word not in _FLAGS:
            words.append(str(line.net) if word == "default" else word)
            if word == "via":
                words.append(next(rest, ""))
    made = " ".join(words)
    # a gateway need not be within the reach of an address
    return re.sub(r"(via (?:inet6? )?\S+ dev \S+)", r"\1 onlink", made) if "onlink" not in words else made


def rule_commands(host: Host, family: int) -> Iterator[str]:
    """`ip rule`: what is there besides the three that every host has."""
    tables = _tables(host)
    for rule in host.rules:
        if rule.family in (None, family) and rule.priority not in (0, 32766, 32767):
            yield f"rule add pref {rule.priority} {_rule(rule, tables)}"


def _rule(rule: RuleLine, tables: Mapping[str, str]) -> str:
    words = [word for word in rule.text.split()[1:] if not word.startswith("[")]
    return " ".join(tables.get(word, word) if before in ("lookup", "table") else word for before, word in zip(["", *words], words, strict=False))


def _tables(host: Host) -> dict[str, str]:
    """Routing tables that have a name on that host, as numbers."""
    named = dict.fromkeys([line.table for line in host.routes or ()] + [rule.argument for rule in host.rules])
    unknown = [name for name in named if not name.isdigit() and name not in ("local", "main", "default", "unspec")]
    return {name: str(number) for number, name in enumerate(unknown, 10001)}


# ---------------------------------------------------------------- settings
# What a fresh host has that nobody told about: no limits on its answers, nothing that it says unasked.
_QUIET = {
    4: {"net/ipv4/icmp_ratelimit": 0, "net/ipv4/icmp_msgs_per_sec": 1000000, "net/ipv4/icmp_msgs_burst": 1000000},
    6: {"net/ipv6/icmp/ratelimit": 0},
}
_CONF = {
    4: {"rp_filter": 0, "accept_local": 0, "route_localnet": 0, "send_redirects": 0, "src_valid_mark": 0, "log_martians": 0},
    6: {"accept_dad": 0, "accept_ra": 0, "router_solicitations": 0, "addr_gen_mode": 1, "disable_ipv6": 0},
}
# The settings that a packet's way depends on.
_TOLD = re.compile(
    r"net\.ipv4\.ip_forward|net\.ipv4\.conf\..+\.(rp_filter|route_localnet|accept_local|src_valid_mark|forwarding)"
    r"|net\.ipv6\.conf\..+\.forwarding|net\.bridge\.bridge-nf-call-ip6?tables|net\.netfilter\.nf_conntrack_tcp_(loose|be_liberal)"
)


def first_settings(family: int) -> dict[str, int | str]:
    """Before there are interfaces."""
    made: dict[str, int | str] = {**_QUIET[family], f"net/netfilter/nf_log/{2 if family == 4 else 10}": "nfnetlink_log"}
    for where in ("all", "default"):
        made |= {f"net/ipv{family}/conf/{where}/{name}": value for name, value in _CONF[family].items()}
        made[f"net/ipv6/conf/{where}/disable_ipv6"] = int(family == 4)
    return made


def settings(host: Host, family: int) -> dict[str, int]:
    """When the interfaces are there: those that a packet's way depends on."""
    made: dict[str, int] = {}
    known = {"all", "default", "lo", *plugs(host), *host.bridges}
    for name, value in host.sysctls.items():
        path = _path(name)
        conf = path.split("/")[3] if "/conf/" in path else "all"
        if _TOLD.fullmatch(name) and conf in known and (host.bridges or "/bridge/" not in path) and f".ipv{10 - family}." not in name:
            made[path] = value
    return made


def _path(name: str) -> str:
    match = re.fullmatch(r"(net\.ipv[46]\.conf)\.(.+)\.([^.]+)", name)
    return f"{match[1].replace('.', '/')}/{match[2]}/{match[3]}" if match else name.replace(".", "/")


# ---------------------------------------------------------------- ipset
def set_commands(host: Host) -> Iterator[str]:
    """What `ipset restore` reads; lists of sets come after the sets."""
    for made in sorted(host.ipsets.values(), key=lambda made: made.type == "list:set"):
        yield f"create {_word(made.name)} {made.type} {_header(made)}"
        for parts, nomatch in made.entries:
            wild = made.dims[-1] == "iface" and str(parts[-1].tag).endswith("+")
            texts = (_part(made, dim, part) for dim, part in zip(made.dims, parts, strict=True))
            yield f"add {_word(made.name)} {','.join(text for text in texts if text)}{' wildcard' * wild}{' nomatch' * nomatch}"


def _header(made: IpSet) -> str:
    if made.type == "list:set":
        return f"size {max(8, len(made.entries))}"
    header = {key: value for key, value in made.header.items() if key != "family"}
    if made.type.startswith("hash:"):
        header["maxelem"] = str(max(65536, len(made.entries)))
        if made.family is not None:
            header["family"] = "inet6" if made.family == 6 else "inet"
    elif made.type == "bitmap:port":
        header.setdefault("range", "0-65535")
    return " ".join(f"{key} {_word(value)}" for key, value in header.items())


def _part(made: IpSet, dim: str, part: Part) -> str:
    family = made.family or 4
    match dim:
        case "ip" | "net":
            return _span(part, family, "netmask" in made.header)
        case "port":
            return _port(part, made.type)
        case "mac":
            return "" if part.low != part.high else mac_text(part.low)
        case "iface":
            return _word(str(part.tag).removesuffix("+"))
        case _:
            return _word(str(part.tag))


def _span(part: Part, family: int, masked: bool) -> str:
    low, size = ip_text(part.low, family), part.high - part.low + 1
    if size == 1 or masked:
        return low
    if size & (size - 1) == 0 and part.low % size == 0:
        return f"{low}/{BITS[family] - size.bit_length() + 1}"
    return f"{low}-{ip_text(part.high, family)}"


def _port(part: Part, kind: str) -> str:
    if kind == "bitmap:port":
        return f"{part.low}-{part.high}"
    proto = PROTOCOL_NAMES.get(int(part.tag), str(part.tag))
    if part.tag in (1, 58):
        return f"{'icmpv6' if part.tag == 58 else proto}:{part.low >> 8}/{part.low & 255}"
    return f"{proto}:{part.low}-{part.high}" if part.high > part.low else f"{proto}:{part.low}"


def _word(text: str) -> str:
    if len(text.split()) != 1 or text != text.strip():
        raise KernelError(f"{text!r} is no word that ipset would take")
    return text
