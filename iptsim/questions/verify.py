"""Does the kernel of this machine agree? Packets that stand for every way and every rule are walked, and sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from iptsim.effect import Translate
from iptsim.errors import FlowError
from iptsim.kernel import Kernel, KernelError, differences
from iptsim.kernel.rules import dump
from iptsim.names import BROADCAST, ICMP_OF, LOCAL, MULTICAST, NEW, PORTED, RELATED, UNICAST
from iptsim.packet import Packet
from iptsim.predicate import Unknown, atom_name, atoms
from iptsim.questions.aims import Aims
from iptsim.questions.settling import settle
from iptsim.questions.smallest import smallest
from iptsim.ruleset import Rule, Ruleset
from iptsim.targets.set import SetTarget
from iptsim.trace import Fate, Trace, Verdict
from iptsim.walk.conntrack import ANSWERS, Connection

BUDGET = 200  # how often the kernel is asked while a disagreement is made smaller
_SYN, _ACK = 0x02, 0x10
_AS_WELL = re.compile(r"^ip6?tables\S*( v[\d.]+ \(\w+\))?:\s*|\bline \d+( failed|: )")  # what a tool says besides why


@dataclass(frozen=True, slots=True)
class Check:
    """One packet, the last of `packets`: where the walk of it and the kernel differ. `known` are the connections before it."""

    packets: tuple[Packet, ...]
    walked: Trace
    seen: Trace
    differences: tuple[str, ...]
    known: tuple[Connection, ...] = ()

    @property
    def kind(self) -> str:
        """What differs: "step", "end", or a field of the packet."""
        return self.differences[0].partition(" ")[0] if self.differences else ""


@dataclass(slots=True)
class Verification:
    """What was checked. `met` and `agreed` count the packets that met a rule in the kernel; `unsent` says why a packet could not be sent."""

    ruleset: Ruleset
    aims: Aims
    checks: list[Check] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    unsent: dict[str, str] = field(default_factory=dict)

    @property
    def disagreements(self) -> list[Check]:
        return [check for check in self.checks if check.differences]

    @property
    def distinct(self) -> list[Check]:
        """The first disagreement of each kind."""
        return list({check.kind: check for check in reversed(self.disagreements)}.values())[::-1]

    @property
    def undecided(self) -> int:
        """Packets that the walk followed only up to something that it cannot know."""
        return sum(check.walked.verdict is Verdict.UNDECIDED for check in self.checks)

    @property
    def missed(self) -> dict[str, str]:
        """The rules that no packet met, and why."""
        return {rule.id: self._why(rule.id) for rule in self.ruleset.rules() if rule.id not in self.met}

    def _why(self, rule: str) -> str:
        aimed = self.aims.at.get(rule, ())
        if not aimed:
            return "iptsim says that no packet reaches them" if self.aims.whole else "not asked for"
        unsent = [self.unsent[packet] for packet in aimed if packet in self.unsent]
        if len(unsent) == len(aimed):
            return f"no packet could be sent: {unsent[0]}"
        unknown = {name for packet in aimed for name in self.aims.packets[packet].assume or ()}
        return "they depend on what a dump does not tell" if unknown else "what was sent for them went another way"

    def add(self, checks: Iterable[Check]) -> None:
        """What came of a connection."""
        for check in checks:
            self.checks.append(check)
            rules = {step.rule.id for step in check.seen if step.rule}
            self.met.update(rules)
            self.agreed.update(rules if not check.differences else ())


# ---------------------------------------------------------------- what cannot be asked
def refusal(ruleset: Ruleset, problem: KernelError) -> KernelError:
    """Why the kernel could not be asked, in one sentence; where a tool refused a rule, with its place."""
    tool, _, rest = problem.message.partition(": ")
    line = re.search(r"\bline:? (\d+)", rest)
    if line is None or "tables" not in tool:
        return KernelError(" ".join(problem.message.split()), span=problem.span)
    said = next((text.strip() for text in _AS_WELL.sub("", rest).splitlines() if text.strip()), "the kernel does not take it")
    rules = iter([rule for table in ruleset for chain in table for rule in chain])
    lines = dump(ruleset).splitlines()[: int(line[1])]
    rule = [next(rules) if text.startswith("-A") else None for text in lines][-1]
    name = f"rule {rule.number} of {rule.chain}" if rule else [text for text in lines if text.startswith("*")][-1]
    return KernelError(f"{tool} refuses {name}: {said}", span=rule.span if rule else problem.span)


# ---------------------------------------------------------------- asking
def verify(kernel: Kernel, chosen: Aims) -> Iterator[Verification]:
    """The checks of these packets, and of answers to them; what there is so far after each.

    What the walk cannot know, the kernel's way itself tells. Where a limit is used up or a list filled by the packets before, a packet is
    sent once more, to a fresh kernel: else it would not go where it was aimed.
    """
    made = Verification(kernel.ruleset, chosen)
    unknowns = [atom for rule in kernel.ruleset.rules() for atom in atoms(rule.predicate)]
    assumed = _first(kernel, unknowns)
    for name, packet in chosen.packets.items():
        try:
            connection = _connection(kernel, packet, assumed)
            if _used_up(kernel.ruleset, connection[0]):
                made.add(check for check in connection if not check.differences)
                kernel.refresh()
                connection = _connection(kernel, packet, assumed)
            made.add(connection)
        except (KernelError, FlowError) as problem:
            made.unsent[name] = problem.message.partition(": ")[0]
        yield made


def _first(kernel: Kernel, unknowns: Iterable[Unknown]) -> dict[str, Any]:
    """What a fresh kernel answers to what the packet does not say. Ports of a bridge are not in hairpin mode."""
    found: dict[str, Any] = {atom_name(atom.key): atom.first for atom in unknowns if atom.first is not None}
    return found | {f"hairpin:{bridge}": False for bridge in kernel.host.bridges}


def _connection(kernel: Kernel, packet: Packet, assumed: Mapping[str, Any]) -> list[Check]:
    """A packet, and those that follow it."""
    seen: list[Trace] = []

    def moves() -> Iterator[Packet]:
        yield _ready(kernel, packet, assumed)
        while not fills_sets(kernel.ruleset) and (more := follow(kernel, seen)) is not None:
            yield _ready(kernel, more, assumed)

    made: list[Check] = []
    try:
        made.extend(checks(kernel, moves(), seen))
    except (KernelError, FlowError):
        if not seen:  # what follows it cannot be sent: that is no matter
            raise
    return made


def _ready(kernel: Kernel, packet: Packet, assumed: Mapping[str, Any]) -> Packet:
    """The packet with these assumptions. Raises KernelError where conntrack cannot be made to take it as it should be taken."""
    known = packet.known() | {"assume": assumed}
    if packet.from_host and packet.src is not None and kernel.sender.kind(packet.src) != LOCAL:
        del known["src"]  # a process has an address of this host: the kernel chooses
    if packet.ctstate == NEW:
        del known["ctstate"]  # conntrack knows better
    if packet.ctstate == RELATED and packet.proto not in ICMP_OF.values() and any(_translates(rule) for rule in kernel.ruleset.rules()):
        raise KernelError("NAT does not touch a connection that was RELATED to another before its first packet")
    return Packet(**known)


def _translates(rule: Rule) -> bool:
    return rule.target is not None and isinstance(rule.target.effect, Translate)


def checks(kernel: Kernel, packets: Iterable[Packet], seen: list[Trace]) -> Iterator[Check]:
    """Of packets that come one after the other. What became of each is added to `seen` before the next is asked for."""
    sent: list[Packet] = []
    connections: tuple[Connection, ...] = ()
    for trace in kernel.traces(packets):
        seen.append(trace)
        packet, way = settle(kernel.ruleset, trace.packet, connections, trace)
        sent.append(packet)
        yield Check(tuple(sent), way.trace, trace, tuple(differences(way.trace, trace)), connections)
        connections = way.after


def _used_up(ruleset: Ruleset, check: Check) -> bool:
    """Did the packet go another way than it would in a fresh kernel?"""
    if check.differences:
        return stateful(ruleset)
    names = [name for name in check.packets[0].assume or () if name.partition(":")[0] in ruleset.tables and ":rule:" in name]
    return any(atom.first is not None for name in names for atom in atoms(ruleset.rule(name).predicate))


def stateful(ruleset: Ruleset) -> bool:
    """Does it matter which packets came before?"""
    return fills_sets(ruleset) or any(atom.dice for rule in ruleset.rules() for atom in atoms(rule.predicate))


def fills_sets(ruleset: Ruleset) -> bool:
    """Does some rule change what is in a set?"""
    return any(isinstance(rule.target, SetTarget) for rule in ruleset.rules())


def follow(kernel: Kernel, seen: Sequence[Trace]) -> Packet | None:
    """The next packet of a connection: the answer; and when that opened a TCP connection, what its first sender says then."""
    first, last = seen[0], seen[-1]
    if len(seen) == 1:
        return answer(kernel, first)
    if len(seen) == 2 and first.packet.tcp_flags == _SYN and last.packet.tcp_flags == _SYN | _ACK and last.out is not None:
        return Packet(**{name: value for name, value in first.packet.known().items() if name != "assume"} | {"tcp_flags": _ACK})
    return None


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
        known |= {"tcp_flags": _SYN | _ACK if asked.tcp_flags == _SYN else _ACK} if got.proto == 6 else {}
    elif got.proto == ICMP_OF[kernel.ruleset.family] and got.icmp_type in ANSWERS:
        known |= {"icmp_type": ANSWERS[got.icmp_type], "icmp_code": 0}
    else:
        return None
    if trace.fate is Fate.DELIVERED:
        return Packet(**known, from_host=True)
    if asked.physdev_in and got.out_interface == asked.in_interface:  # behind another port of the same bridge
        ports = [plug.name for plug in kernel.sender.plugs.values() if plug.bridge == asked.in_interface]
        known["physdev_in"] = asked.physdev_out or next(name for name in ports if name != asked.physdev_in)
    return Packet(**known, in_interface=got.out_interface)


# ---------------------------------------------------------------- a disagreement
@dataclass(slots=True)
class Judge:
    """The kernel, asked about one ruleset after the other; a fresh one each time where that is `stateful`."""

    kernel: Kernel
    stateful: bool
    loaded: Ruleset | None = None

    def __call__(self, ruleset: Ruleset, packets: Sequence[Packet]) -> Check:
        """The last of the packets, checked."""
        if ruleset is not self.loaded:
            self.kernel.load(ruleset)
            self.loaded = ruleset
        if self.stateful:
            self.kernel.refresh()
        *_, last = checks(self.kernel, packets, [])
        return last


def smaller(kernel: Kernel, check: Check, tick: Callable[[], None]) -> tuple[Ruleset, Check]:
    """The smallest rules and packets that show a disagreement of that kind. `tick` is called whenever the kernel is asked, at most BUDGET times."""
    judge, given = Judge(kernel, stateful(kernel.ruleset)), kernel.ruleset

    def fails(ruleset: Ruleset, packets: Sequence[Packet]) -> bool:
        tick()
        return judge(ruleset, packets).kind == check.kind

    ruleset, packets = smallest(given, check.packets, fails, BUDGET)
    found = replace(judge(ruleset, packets), packets=tuple(packets))
    return (ruleset, found) if found.kind == check.kind else (given, check)
