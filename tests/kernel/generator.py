"""Random rulesets on one host, and packets aimed at their rules: all from a seed."""

from __future__ import annotations

from ipaddress import ip_address
from random import Random
from typing import Any

from iptsim.host import Host
from iptsim.packet import Packet, top_of
from iptsim.predicate import And, Masked, Name, Not, Or, Pred, Ranges, Test
from iptsim.ruleset import BUILT_IN, Ruleset

# The internet behind eth0, networks behind eth1 and wg0, containers behind docker0.
HOSTS = {
    4: Host(
        interfaces={"eth0": ["203.0.113.10/24"], "eth1": ["10.0.0.1/24", "10.0.0.2/24"], "wg0": ["10.8.0.1/16"], "docker0": ["172.17.0.1/16"]},
        routes=[
            "203.0.113.0/24 dev eth0", "10.0.0.0/24 dev eth1", "10.8.0.0/16 dev wg0", "172.17.0.0/16 dev docker0",
            "198.51.100.0/25 via 10.0.0.9 dev eth1", "blackhole 192.0.2.0/24", "default via 203.0.113.1 dev eth0",
        ],
        bridges={"docker0": ["veth1", "veth2"]},
    ),
    6: Host(
        interfaces={"eth0": ["2001:db8::10/64"], "eth1": ["fd00:1::1/64", "fd00:1::2/64"], "wg0": ["fd00:8::1/64"], "docker0": ["fd00:17::1/64"]},
        routes=[
            "2001:db8::/64 dev eth0", "fd00:1::/64 dev eth1", "fd00:8::/64 dev wg0", "fd00:17::/64 dev docker0",
            "2001:db8:51::/64 via fd00:1::9 dev eth1", "blackhole 2001:db8:66::/64", "::/0 via 2001:db8::1 dev eth0",
        ],
        bridges={"docker0": ["veth1", "veth2"]},
    ),
}  # fmt: skip
INTERFACES = ("eth0", "eth1", "wg0", "docker0")
# Who sends from where, and who is sent to.
PEERS = {
    4: {"eth0": ("203.0.113.77", "8.8.8.8"), "eth1": ("10.0.0.5", "198.51.100.7"), "wg0": ("10.8.7.6",), "docker0": ("172.17.0.2", "172.17.0.3")},
    6: {"eth0": ("2001:db8::77", "2001:db8:8::8"), "eth1": ("fd00:1::5", "2001:db8:51::7"), "wg0": ("fd00:8::6",),
        "docker0": ("fd00:17::2", "fd00:17::3")},
}  # fmt: skip
OWN = {4: ("203.0.113.10", "10.0.0.1", "10.8.0.1", "172.17.0.1"), 6: ("2001:db8::10", "fd00:1::1", "fd00:8::1", "fd00:17::1")}
NETS = {
    4: ("10.0.0.0/24", "10.8.0.0/16", "172.17.0.0/16", "203.0.113.10/32", "198.51.100.0/25", "10.0.0.5/32", "0.0.0.0/1", "8.8.0.0/16"),
    6: ("fd00:1::/64", "fd00:8::/64", "fd00:17::/64", "2001:db8::10/128", "2001:db8:51::/64", "fd00:1::5/128", "8000::/1", "2001:db8:8::/48"),
}
NAT = {4: ("10.0.0.9", "172.17.0.2", "203.0.113.10", "10.8.7.6"), 6: ("fd00:1::9", "fd00:17::2", "2001:db8::10", "fd00:8::6")}
PORTS = (1, 22, 53, 80, 443, 1023, 1024, 8080, 40000, 65535)
FLAGS = ("SYN", "SYN", "SYN", "SYN", "ACK", "SYN,ACK", "RST", "FIN,ACK", "NONE", "FIN,PSH,URG")
ICMP = {4: (1, "icmp", "icmp", (8, 0, 3, 11)), 6: (58, "ipv6-icmp", "icmp6", (128, 129, 1, 3))}
REJECTS = {4: ("icmp-port-unreachable", "icmp-admin-prohibited", "icmp-host-unreachable"), 6: ("icmp6-port-unreachable", "icmp6-adm-prohibited")}
TARGETS: dict[str, tuple[str, ...]] = {
    "raw": ("CT --notrack", "ACCEPT", "DROP"),
    "mangle": (
        "MARK --set-xmark 0x1/0xff", "MARK --set-xmark 0x10/0xf0", "CONNMARK --save-mark", "CONNMARK --restore-mark", "ACCEPT",
        "TOS --set-tos 0x10/0xff",
    ),
    "filter": ("ACCEPT", "ACCEPT", "ACCEPT", "DROP", "REJECT", "LOG"),
    "nat": ("ACCEPT",),
}  # fmt: skip


def edges(pred: Pred, family: int) -> dict[str, tuple[Any, ...]]:
    """For each field that a rule asks for, the values on and beside its boundaries."""
    found: dict[str, tuple[Any, ...]] = {}
    for part in pred.parts if isinstance(pred, And | Or) else (pred.part,) if isinstance(pred, Not) else ():
        for name, values in edges(part, family).items():
            found[name] = found.get(name, ()) + values
    if isinstance(pred, Test):
        found[pred.field] = tuple(beside(pred, family))
    return found


def beside(test: Test, family: int) -> list[Any]:
    match test.values:
        case Name(text):
            return [text]
        case Ranges(parts):
            near = [value for low, high in parts for value in (low - 1, low, high, high + 1)]
        case Masked(mask, value):
            rest = top_of(test.field, family) & ~mask
            near = [value - 1, value, value | rest, (value | rest) + 1]
    return [value for value in near if 0 <= value <= top_of(test.field, family)]


class Generator:
    """What comes from one seed, for one family."""

    def __init__(self, seed: int, family: int) -> None:
        self.random, self.family = Random(seed), family

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # ---------------------------------------------------------------- rules
    def dump(self) -> str:
        """A dump with filter and some of the other tables, each with user chains that are jumped and gone to."""
        lines = []
        for table, often in (("raw", 0.3), ("mangle", 0.6), ("nat", 0.7), ("filter", 1)):
            if not self.chance(often):
                continue
            users = [f"USER{n}" for n in range(self.random.randint(0, 3))]
            lines.append(f"*{table}")
            lines += [f":{name} {'DROP' if table == 'filter' and self.chance(0.3) else 'ACCEPT'} [0:0]" for name in BUILT_IN[table]]
            lines += [f":{name} - [0:0]" for name in users]
            for chain in (*BUILT_IN[table], *users):
                below = users[users.index(chain) + 1 :] if chain in users else users
                lines += [f"-A {chain} {self.rule(table, chain, below)}" for _ in range(self.random.randint(0, 5))]
            lines.append("COMMIT")
        return "\n".join(lines) + "\n"

    def rule(self, table: str, chain: str, below: list[str]) -> str:
        if below and self.chance(0.35):
            return f"{self.matches(table, chain)}{self.pick('-j', '-j', '-g')} {self.pick(*below)}"
        if self.chance(0.15):
            return f"{self.matches(table, chain)}-j RETURN"
        if table == "nat" and chain in BUILT_IN["nat"]:
            return self.translation(chain)
        target = self.pick(*TARGETS[table])
        if target == "REJECT" and self.chance(0.3):
            return f"{self.matches(table, chain, 'tcp')}-j REJECT --reject-with tcp-reset"
        return f"{self.matches(table, chain)}-j {target}" + (f" --reject-with {self.pick(*REJECTS[self.family])}" if target == "REJECT" else "")

    def translation(self, chain: str) -> str:
        proto = self.pick("tcp", "udp", None)
        address = self.pick(*NAT[self.family])
        port = f":{self.pick(80, 8080)}" if proto and self.chance(0.5) else ""
        to = f"[{address}]{port}" if port and self.family == 6 else f"{address}{port}"
        if chain in ("PREROUTING", "OUTPUT"):
            target = self.pick(f"DNAT --to-destination {to}", f"DNAT --to-destination {to}", "REDIRECT" + (" --to-ports 8080" if port else ""))
        else:
            target = self.pick(f"SNAT --to-source {address}", "MASQUERADE" if chain == "POSTROUTING" else f"SNAT --to-source {address}")
        return f"{self.matches('nat', chain, proto)}-j {target}"

    def matches(self, table: str, chain: str, proto: str | None = None) -> str:
        """Between none and a few, in the order of iptables-save."""
        words = [f"{self.maybe_not()}-{end} {self.pick(*NETS[self.family])}" for end in "sd" if self.chance(0.2)]
        if chain in ("PREROUTING", "INPUT", "FORWARD") and self.chance(0.2):
            words.append(f"{self.maybe_not()}-i {self.pick(*INTERFACES, 'eth+')}")
        if chain in ("FORWARD", "OUTPUT", "POSTROUTING") and self.chance(0.2):
            words.append(f"{self.maybe_not()}-o {self.pick(*INTERFACES, 'eth+')}")
        _, icmp, module, types = ICMP[self.family]
        proto = proto or (self.pick("tcp", "tcp", "udp", icmp) if self.chance(0.5) else None)
        if proto:
            words.append(f"-p {proto}")
        if proto in ("tcp", "udp") and self.chance(0.6):
            words.append(f"-m {proto} {self.maybe_not()}--{self.pick('sport', 'dport', 'dport')} {self.ports()}")
        elif proto in ("tcp", "udp") and self.chance(0.4):
            words.append(f"-m multiport {self.maybe_not()}--dports {self.pick(*PORTS)},{self.ports()}")
        if proto == "tcp" and self.chance(0.2):
            words.append(f"-m tcp {self.maybe_not()}--tcp-flags {self.pick('SYN,RST,ACK SYN', 'SYN,ACK SYN,ACK', 'RST RST')}")
        if proto == icmp and self.chance(0.6):
            words.append(f"-m {module} {self.maybe_not()}--{'icmp' if self.family == 4 else 'icmpv6'}-type {self.pick(*types)}")
        words += [self.state(table)] if self.chance(0.35) else []
        return "".join(f"{word} " for word in words)

    def state(self, table: str) -> str:
        states = ("NEW", "INVALID", "ESTABLISHED", "RELATED,ESTABLISHED", "UNTRACKED", "DNAT", "SNAT", "NEW,DNAT")
        return str(self.pick(
            f"-m conntrack {self.maybe_not()}--ctstate {self.pick(*states)}",
            f"-m mark {self.maybe_not()}--mark {self.pick('0x0', '0x1/0xf', '0x10/0xf0')}",
            f"-m connmark {self.maybe_not()}--mark {self.pick('0x0', '0x1/0xf')}", f"-m addrtype {self.maybe_not()}--dst-type LOCAL",
        ))  # fmt: skip

    def maybe_not(self) -> str:
        return "! " if self.chance(0.2) else ""

    def ports(self) -> str:
        low, high = sorted(self.random.sample(PORTS, 2))
        return str(self.pick(low, high, f"{low}:{high}"))

    # ---------------------------------------------------------------- packets
    def packet(self, ruleset: Ruleset) -> Packet:
        """A packet that an interface can get, or a process send; most are aimed at the constants of some rule."""
        rules = list(ruleset.rules())
        aim = edges(self.pick(*rules).predicate, self.family) if rules and self.chance(0.7) else {}
        number = ICMP[self.family][0]
        known: dict[str, Any] = {"proto": self.pick(*aim.get("proto", (6, 6, 6, 17, 17, number)))}
        if known["proto"] not in (6, 17, number):
            known["proto"] = 6
        if known["proto"] == number:
            known |= {"icmp_type": self.pick(*aim.get("icmp_type", ICMP[self.family][3])) % 255, "icmp_code": 0}
        else:
            known |= {name: self.pick(*aim.get(name, PORTS)) for name in ("sport", "dport")}
        if known["proto"] == 6:
            known["tcp_flags"] = self.pick(*aim.get("tcp_flags", FLAGS))
        return Packet(**known, **self.ends(aim), ttl=self.pick(64, 64, 64, 2, 1), tos=self.pick(0, 0, 0x10))

    def ends(self, aim: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
        """Where it comes from and where it goes, sources only where they can come from."""
        peers, own = PEERS[self.family], OWN[self.family]
        everybody = [address for addresses in peers.values() for address in addresses]
        if self.chance(0.25):
            return {"from_host": True, "src": self.pick(*own), "dst": self.pick(*everybody, *own)}
        entry = self.pick(*aim.get("in_interface", INTERFACES))
        entry = entry if entry in INTERFACES else "eth0"
        source, destination = self.pick(*peers[entry]), self.pick(*everybody, *own)
        wished = [ip_address(value.to_bytes(4 if self.family == 4 else 16, "big")) for value in aim.get("dst", ())]
        usable = [address for address in wished if address.is_global and not address.is_multicast]
        if usable and self.chance(0.3):
            destination = str(self.pick(*usable))
        return {"in_interface": entry, "src": source, "dst": destination if destination != source else own[0]}
