"""Does the kernel of this machine agree? Packets that stand for every way and every rule are walked, and sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from iptsim.errors import FlowError, OverBudget
from iptsim.kernel import Kernel, KernelError, differences
from iptsim.names import BROADCAST, LOCAL, MULTICAST, PORTED, UNICAST
from iptsim.packet import Packet
from iptsim.predicate import Unknown, atom_name, atoms
from iptsim.questions.outcomes import inquire
from iptsim.ruleset import Ruleset
from iptsim.trace import Fate, Trace, Verdict
from iptsim.walk import walk
from iptsim.walk.conntrack import ANSWERS

_ICMP = {4: 1, 6: 58}
_ANY: dict[str, Any] = {"tcp_flags": "any"}


@dataclass(frozen=True, slots=True)
class Check:
    """One packet, the last of `packets`: where the walk of it and the kernel differ."""

    packets: tuple[Packet, ...]
    walked: Trace
    seen: Trace
    differences: tuple[str, ...]


@dataclass(slots=True)
class Verification:
    """What was checked. `reached` are the rules that packets met in the kernel; `unsent` says why packets could not be sent, and how many."""

    ruleset: Ruleset
    checks: list[Check] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    unsent: dict[str, int] = field(default_factory=dict)

    @property
    def disagreements(self) -> list[Check]:
        return [check for check in self.checks if check.differences]

    @property
    def undecided(self) -> int:
        """Packets that the walk followed only up to something that it cannot know."""
        return sum(check.walked.verdict is Verdict.UNDECIDED for check in self.checks)

    @property
    def missed(self) -> list[str]:
        """The rules that no packet met."""
        return [rule.id for rule in self.ruleset.rules() if rule.id not in self.reached]


def packets(kernel: Kernel, flow: Mapping[str, Any]) -> list[Packet]:
    """The packets to send: of a flow a witness of each of its cases; where none is given, of every way from every interface, and of every rule."""
    ruleset = kernel.ruleset
    if flow:
        witnesses = [case.witness for case in ruleset.explain(**flow).cases]
    else:
        witnesses = [packet for question in _questions(ruleset) for packet in _witnesses(ruleset, question)]
    return list({repr(packet): packet for packet in witnesses}.values())


def _questions(ruleset: Ruleset) -> Iterator[dict[str, Any]]:
    """What comes in by each interface, and what this host sends."""
    ports = {port for given in ruleset.host.bridges.values() for port in given}
    for name in ruleset.host.interface_names():
        if name != "lo" and name not in ports:
            yield {"in_interface": name} | _ANY
    yield {"from_host": True} | _ANY


def _witnesses(ruleset: Ruleset, question: dict[str, Any]) -> Iterator[Packet]:
    inquiry = inquire(ruleset, question)
    try:
        outcomes = inquiry.outcomes(together=False)
    except OverBudget:
        return
    inquiry.world.diagrams.budget = None
    ways = {(o.result.verdict, o.result.fate, o.result.decided_by, o.result.group.out): o.sample for o in outcomes}
    places = [node for place, node in inquiry.reached.items() if ":rule:" in place]
    for node in dict.fromkeys([*ways.values(), *places]):
        if node:
            yield inquiry.space(node, node).example()


def verify(kernel: Kernel, sent: Sequence[Packet]) -> Iterator[Verification]:
    """The checks of these packets, and of answers to them; what there is so far after each."""
    made = Verification(kernel.ruleset)
    unknowns = [atom for rule in kernel.ruleset.rules() for atom in atoms(rule.predicate)]
    first = _first(kernel, unknowns)
    dice = any(atom.dice for atom in unknowns)
    for packet in sent:
        if dice:
            kernel.refresh()
        try:
            _check(kernel, made, packet, first, answered=not dice)
        except (KernelError, FlowError) as problem:
            made.unsent[problem.message] = made.unsent.get(problem.message, 0) + 1
        yield made


def _first(kernel: Kernel, unknowns: list[Unknown]) -> dict[str, Any]:
    """What a fresh kernel answers to what the packet does not say. Ports of a bridge are not in hairpin mode."""
    found: dict[str, Any] = {atom_name(atom.key): atom.first for atom in unknowns if atom.first is not None}
    return found | {f"hairpin:{bridge}": False for bridge in kernel.host.bridges}


def _check(kernel: Kernel, made: Verification, packet: Packet, first: Mapping[str, Any], answered: bool) -> None:
    known = packet.known()
    if packet.from_host and packet.src is not None and kernel.sender.kind(packet.src) != LOCAL:
        del known["src"]  # a process has an address of this host: the kernel chooses
    known["assume"] = {name: value for name, value in known.get("assume", {}).items() if name.startswith("ct")} | dict(first)
    complete = kernel.complete(Packet(**known))
    sent, seen = [complete], kernel.flow([complete])
    walked = walk(kernel.ruleset, complete)
    reply = answer(kernel, seen[0]) if answered and walked.verdict is Verdict.ACCEPT else None
    if reply is not None:
        sent.append(kernel.complete(Packet(**reply.known(), assume=dict(first))))
        seen = kernel.flow(sent)
    for number, trace in enumerate(seen, 1):
        walked = walk(kernel.ruleset, sent[number - 1], after=sent[: number - 1])
        made.checks.append(Check(tuple(sent[:number]), walked, trace, tuple(differences(walked, trace))))
        made.reached |= {step.rule.id for step in trace if step.rule}


def answer(kernel: Kernel, trace: Trace) -> Packet | None:
    """What whoever got the packet sends back; None where nothing is known of that."""
    asked, got = trace.packet, trace.out
    if got is None or asked.ctstate is not None or asked.fragment or got.src is None or got.dst is None:
        return None
    if asked.src is None or asked.dst is None or kernel.sender.kind(asked.dst) in (BROADCAST, MULTICAST):
        return None
    if not asked.from_host and kernel.sender.kind(asked.src) != UNICAST:
        return None
    known: dict[str, Any] = {"src": got.dst, "dst": got.src, "proto": got.proto}
    if got.proto in PORTED:
        known |= {"sport": got.dport, "dport": got.sport}
        known |= {"tcp_flags": 0x12 if asked.tcp_flags == 0x02 else 0x10} if got.proto == 6 else {}
    elif got.proto == _ICMP[kernel.ruleset.family] and got.icmp_type in ANSWERS:
        known |= {"icmp_type": ANSWERS[got.icmp_type], "icmp_code": 0}
    else:
        return None
    if trace.fate is Fate.DELIVERED:
        return Packet(**known, from_host=True)
    if asked.physdev_in and got.out_interface == asked.in_interface:  # behind another port of the same bridge
        ports = [plug.name for plug in kernel.sender.plugs.values() if plug.bridge == asked.in_interface]
        known["physdev_in"] = asked.physdev_out or next(name for name in ports if name != asked.physdev_in)
    return Packet(**known, in_interface=got.out_interface)
