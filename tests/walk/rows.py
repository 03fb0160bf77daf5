"""Rows about one packet's way: how it ends, the steps it takes, the packet, and those that went before it."""

from __future__ import annotations

from functools import cache

import iptsim
from iptsim.host import Host
from iptsim.packet import Packet
from iptsim.questions.flow import read_string
from iptsim.ruleset import Ruleset

# The machine of every row: the internet behind eth0, a network behind lan0, containers behind docker0.
INTERFACES = {
    "lo": ["127.0.0.1/8"], "eth0": ["198.51.100.10/24", "198.51.100.11/24"], "lan0": ["192.168.10.1/24"], "docker0": ["172.17.0.1/16"], "none0": [],
}  # fmt: skip
ROUTES = (
    "default via 198.51.100.1 dev eth0", "198.51.100.0/24 dev eth0", "192.168.10.0/24 dev lan0", "172.17.0.0/16 dev docker0", "10.9.0.0/16 dev none0",
    "blackhole 10.66.0.0/16",
)  # fmt: skip
SYSCTLS = {"net.ipv4.ip_forward": 1}
ASSUMED = {"hairpin:docker0": False}


@cache
def load(rules: str, backend: str = "nft", **sysctls: int) -> Ruleset:
    """The rules, on that machine. `sysctls` by their name with __ for a dot."""
    given = SYSCTLS | {name.replace("__", "."): value for name, value in sysctls.items()}
    host = Host(interfaces=INTERFACES, routes=list(ROUTES), bridges={"docker0": ["veth1", "veth2"]}, sysctls=given)
    return iptsim.parse(rules, host=host, family=4, backend=backend)


def packet(text: str) -> Packet:
    """`tcp 203.0.113.50:40000 -> 198.51.100.10:443 in eth0`; ports, flags and the ICMP type are those of the packet that opens a connection.

    What follows a semicolon are fields by name: `; ttl=1 mark=0x1`.
    """
    text, _, rest = text.partition(";")
    flow = read_string(text.strip())
    if flow.get("proto") in ("tcp", "udp"):
        flow = {"sport": 40000, "dport": 80} | flow
    if flow.get("proto") == "icmp":
        flow = {"icmp_type": 8, "icmp_code": 0} | flow
    return Packet(**({"ttl": 64} | flow | dict(word.split("=") for word in rest.split())), assume=ASSUMED)


def way(rules: Ruleset, text: str, *before: str) -> tuple[str, str]:
    """How it ends, and the steps up to there: `sent eth0: 198.51.100.10:40000 > 203.0.113.50:443`, `delivered`, `dropped`, `lost kernel:ttl`."""
    trace = rules.walk(packet(text), after=[packet(one) for one in before])
    end = str(trace.fate)
    if trace.out is not None:
        ports = [f":{port}" if port is not None else "" for port in (trace.out.sport, trace.out.dport)]
        end += f" {trace.out.out_interface or trace.out.in_interface}: {trace.out.src}{ports[0]} > {trace.out.dst}{ports[1]}"
    if trace.fate == "lost":
        end += f" {trace.decided_by}"
    return end, " ".join(step.id for step in trace if not step.id.startswith("kernel:"))
