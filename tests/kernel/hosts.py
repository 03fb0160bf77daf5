"""The hosts on which rules are drawn: the internet behind eth0, networks behind eth1 and wg0, containers behind docker0."""

from __future__ import annotations

from typing import Any

from iptsim.host import Host

_BRIDGES = {"docker0": ["veth1", "veth2"]}
_INTERFACES = {
    4: {"eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24", "10.0.0.2/24"], "wg0": ["10.8.0.1/16"], "docker0": ["172.17.0.1/16"]},
    6: {"eth0": ["2001:db8::10/64"], "eth1": ["fd00:1::1/64", "fd00:1::2/64"], "wg0": ["fd00:8::1/64"], "docker0": ["fd00:17::1/64"]},
}  # fmt: skip
_ROUTES = {
    4: [
        "203.0.113.0/24 dev eth0", "10.0.0.0/24 dev eth1", "10.8.0.0/16 dev wg0", "172.17.0.0/16 dev docker0",
        "198.51.100.0/25 via 10.0.0.9 dev eth1", "blackhole 192.0.2.0/24", "default via 203.0.113.1 dev eth0",
    ],
    6: [
        "2001:db8::/64 dev eth0", "fd00:1::/64 dev eth1", "fd00:8::/64 dev wg0", "fd00:17::/64 dev docker0",
        "2001:db8:51::/64 via fd00:1::9 dev eth1", "blackhole 2001:db8:66::/64", "::/0 via 2001:db8::1 dev eth0",
    ],
}  # fmt: skip
_SETS: dict[int, dict[str, Any]] = {
    4: {
        "blocklist": {"type": "hash:net", "entries": ["198.51.100.0/25", "203.0.113.64/26", "10.8.0.0/16 nomatch", "10.0.0.0/8"]},
        "hosts": {"type": "hash:ip", "entries": ["10.0.0.5", "172.17.0.2", "203.0.113.10", "8.8.8.8"]},
        "services": {"type": "hash:ip,port", "entries": ["10.0.0.1,tcp:80", "172.17.0.2,udp:53", "203.0.113.10,tcp:22-25"]},
        "ports": {"type": "bitmap:port", "range": "0-65535", "entries": ["22", "80-443", "8080"]},
        "links": {"type": "hash:net,iface", "entries": ["10.0.0.0/8,eth1", "172.17.0.0/16,docker0"]},
    },
    6: {
        "blocklist": {"type": "hash:net", "entries": ["2001:db8:51::/64", "fd00:8::/64 nomatch", "fd00::/16"]},
        "hosts": {"type": "hash:ip", "entries": ["fd00:1::5", "fd00:17::2", "2001:db8::10", "2001:db8:8::8"]},
        "services": {"type": "hash:ip,port", "entries": ["fd00:1::1,tcp:80", "fd00:17::2,udp:53", "2001:db8::10,tcp:22-25"]},
        "ports": {"type": "bitmap:port", "range": "0-65535", "entries": ["22", "80-443", "8080"]},
        "links": {"type": "hash:net,iface", "entries": ["fd00:1::/64,eth1", "fd00:17::/64,docker0"]},
    },
}  # fmt: skip
# A host that looks at where packets come from, sends what has a mark another way, and routes 127.0.0.0/8.
_STRICT = {
    4: {
        "net.ipv4.conf.all.rp_filter": 1, "net.ipv4.conf.eth1.rp_filter": 2, "net.ipv4.conf.docker0.route_localnet": 1,
        "net.ipv4.conf.all.accept_local": 1, "net.ipv4.conf.wg0.forwarding": 0, "net.bridge.bridge-nf-call-iptables": 0,
    },
    6: {"net.ipv6.conf.wg0.forwarding": 0, "net.bridge.bridge-nf-call-ip6tables": 0},
}  # fmt: skip
_MARKED = {4: ["default via 10.8.7.7 dev wg0 table 100"], 6: ["::/0 via fd00:8::7 dev wg0 table 100"]}
_RULES = ["0: from all lookup local", "100: from all fwmark 0x1/0xff lookup 100", "32766: from all lookup main", "32767: from all lookup default"]


def _host(family: int, strict: bool) -> Host:
    return Host(
        interfaces=_INTERFACES[family],
        routes=_ROUTES[family] + (_MARKED[family] if strict else []),
        rules=_RULES if strict else None,
        ipsets=_SETS[family],
        bridges=_BRIDGES,
        sysctls=_STRICT[family] if strict else None,
    )


HOSTS = {f"{name} IPv{family}": _host(family, strict) for name, strict in (("plain", False), ("strict", True)) for family in (4, 6)}
