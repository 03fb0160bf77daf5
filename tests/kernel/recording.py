"""Cases that a kernel answered, as text: rules on a host, packets that come one after the other, and what became of each.

case   a name
host   plain IPv4                          one of tests/kernel/hosts.py
kernel Linux 6.18.44, iptables v1.8.9 (nf_tables)
*filter                                    the rules, as iptables-save has them
...
COMMIT
send   {"in_interface": "eth0", ...}       a packet, what is ordinary left out; "then" in place of "send": it follows the one before
steps  raw:PREROUTING:policy ...           its way, by the kernel's names
ends   ACCEPT (sent) by ..., answered ...  how it ended; and last, what was different by then
out    {"dst": "10.0.0.5", ...}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import iptsim
from iptsim.kernel.wire import QUERY
from iptsim.packet import Packet
from iptsim.ruleset import Ruleset
from iptsim.trace import Fate, Step, Trace, Verdict
from tests.kernel.hosts import HOSTS

FOLDER = Path(__file__).parent / "recorded"
_END = re.compile(r"(\w+) \((\w+)\)(?: by (\S+?))?(?:, answered (\S+))?")
_ORDINARY: dict[str, Any] = {"mark": 0, "tos": 0, "ttl": 64, "uid_owner": 0, "gid_owner": 0, "pkttype": "unicast", "fragment": False}
_ASSUMED = {"hairpin:docker0": False, "id of the ICMP query": QUERY}


@dataclass(slots=True)
class Recorded:
    """Rules, and connections: packets one after the other, each with the kernel's trace of it."""

    name: str
    host: str = ""
    kernel: str = ""
    dump: str = ""
    flows: list[list[tuple[Packet, Trace]]] = field(default_factory=list)

    @property
    def ruleset(self) -> Ruleset:
        """The rules on their host."""
        return iptsim.parse(self.dump, family=int(self.host[-1]), backend="nft" if "nf_tables" in self.kernel else "legacy", host=HOSTS[self.host])


# ---------------------------------------------------------------- writing
def written(case: Recorded) -> str:
    """A case as text."""
    rules = [line for line in case.dump.splitlines() if not line.startswith("#")]
    lines = [f"case   {case.name}", f"host   {case.host}", f"kernel {case.kernel}", *rules]
    for flow in case.flows:
        for word, (packet, trace) in zip(["send", *["then"] * len(flow)], flow, strict=False):
            lines += [f"{word}   {json.dumps(_sent(packet))}", *_answer(packet, trace)]
    return "\n".join(lines) + "\n"


def _answer(packet: Packet, trace: Trace) -> Iterator[str]:
    yield f"steps  {' '.join(step.id for step in trace if not step.id.startswith('kernel:'))}".rstrip()
    decided = f" by {trace.decided_by}" if trace.decided_by else ""
    yield f"ends   {trace.verdict} ({trace.fate}){decided}{f', answered {trace.answer}' if trace.answer else ''}"
    if trace.out is not None:
        before, after = _shown(packet), _shown(trace.out)
        yield f"out    {json.dumps({name: value for name, value in after.items() if before.get(name) != value})}"


def _shown(packet: Packet) -> dict[str, Any]:
    numbers = {name: value for name in ("proto", "icmp_type", "icmp_code") if (value := getattr(packet, name)) is not None}
    return {name: value for name, value in packet.to_dict().items() if name != "assume"} | numbers


def _sent(packet: Packet) -> dict[str, Any]:
    shown = {name: value for name, value in _shown(packet).items() if _ORDINARY.get(name) != value}
    assumed = {name: value for name, value in (packet.assume or {}).items() if name not in _ASSUMED}
    return shown | ({"assume": assumed} if assumed else {})


# ---------------------------------------------------------------- reading
def read(path: Path) -> list[Recorded]:
    """The cases of a file."""
    cases: list[Recorded] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "case":
            cases.append(Recorded(rest))
        elif word in ("host", "kernel"):
            setattr(cases[-1], word, rest)
        elif word in ("send", "then"):
            flows = cases[-1].flows
            if word == "send":
                flows.append([])
            packet = _read(json.loads(rest))
            flows[-1].append((packet, Trace(Verdict.DROP, Fate.LOST, None, packet, None, ())))
        elif word in ("steps", "ends", "out"):
            flow = cases[-1].flows[-1]
            flow[-1] = flow[-1][0], _told(flow[-1][1], word, rest)
        elif line and not line.startswith("#"):
            cases[-1].dump += f"{line}\n"
    return cases


def _read(sent: dict[str, Any]) -> Packet:
    ordinary = {name: value for name, value in _ORDINARY.items() if not name.endswith("_owner") or sent.get("from_host")}
    return Packet(**{**ordinary, **sent, "assume": {**_ASSUMED, **sent.get("assume", {})}})


def _told(trace: Trace, word: str, rest: str) -> Trace:
    if word == "steps":
        return replace(trace, steps=tuple(Step(id, "", "") for id in rest.split()))
    if word == "out":
        return replace(trace, out=_out(trace.packet, json.loads(rest)))
    end = _END.fullmatch(rest)
    assert end, rest
    return replace(trace, verdict=Verdict(end[1]), fate=Fate(end[2]), decided_by=end[3], answer=end[4])


def _out(packet: Packet, changed: dict[str, Any]) -> Packet:
    gone = ("in_interface", "out_interface", "from_host", "assume", "ctstate", "ctdir", "uid_owner", "gid_owner", "mac_source", "pkttype")
    return Packet(**{name: value for name, value in packet.known().items() if name not in gone and not name.startswith("physdev")} | changed)
