"""Drawn rulesets, and packets aimed at their rules: is each packet's walk what this machine's kernel does with it?"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings

import iptsim
from iptsim.effect import Translate
from iptsim.errors import FlowError, IptsimError
from iptsim.kernel import Kernel, KernelError
from iptsim.kernel.rules import effect
from iptsim.kernel.sending import LONGEST as LONGEST_PACKET
from iptsim.kernel.unfit import zoned
from iptsim.kernel.wire import is_error
from iptsim.matches.connlimit import Connlimit
from iptsim.names import ESTABLISHED, LOCAL, RELATED
from iptsim.packet import Packet
from iptsim.questions.smallest import smallest
from iptsim.questions.verify import Check, Judge, answer, checks, fills_sets, stateful
from iptsim.ruleset import Ruleset
from iptsim.show.verify import asked_of
from iptsim.strategies import rulesets
from iptsim.strategies.aiming import aimed
from iptsim.strategies.reach import reach
from iptsim.trace import Trace, Verdict
from tests.kernel.coverage import Coverage
from tests.kernel.hosts import HOSTS
from tests.kernel.recording import Recorded, written

DRAWN = 120  # packets of a ruleset that are drawn besides those for its rules
EACH = 4  # packets for a rule
LONGEST = 5  # packets of a connection
# Extensions that this kernel, or a fresh namespace, does not have; each with its reason in docs/kernel.md.
_ABSENT = frozenset(["LED", "ULOG", "SECMARK", "CLUSTERIP", "ipvs", "CT --helper", "IDLETIMER --alarm"])
WITHOUT = {"legacy": _ABSENT, "nft": _ABSENT | {"QUEUE"}}
# How either end goes on: with flags, with an error about what the other sent, or not at all.
_TCP, _FLAGS = 6, ("ACK", "FIN,ACK", "RST", "SYN", "PSH,ACK")
_ERROR_AT, _CHOICES = 2 * len(_FLAGS), 2 * len(_FLAGS) + 4
_ERRORS = {4: {"proto": 1, "icmp_type": 3, "icmp_code": 1}, 6: {"proto": 58, "icmp_type": 1, "icmp_code": 3}}
_OF_PROTOCOL = frozenset(["sport", "dport", "tcp_flags", "fragment", "length"])
_EACH = settings(phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None, database=None)


Flow = tuple[Packet, list[int]]  # the first packet, and what follows it


def drawn(host: str, backend: str, number: int, most: int = 25, times: int = 1) -> Iterator[tuple[Ruleset, list[str], list[Flow]]]:
    """Rulesets on a host, each with its rules that can be reached, and packets: EACH for every one of those, and others, so many `times`.

    They depend on the seed alone.
    """
    found: list[Ruleset] = []

    @seed(number)
    @settings(_EACH, max_examples=most)
    @given(rulesets(int(host[-1]), HOSTS[host], WITHOUT[backend]))
    def draw(ruleset: Ruleset) -> None:
        if any(ruleset.rules()):
            found.append(ruleset)

    draw()
    for n, drawn_ruleset in enumerate(found):
        ruleset = replace(drawn_ruleset, backend=backend, _memo={})
        chance, reached = Random(f"{number} {n}"), reach(ruleset)
        firsts = [aimed(chance.choice, ruleset, space) for space in reached.values() for _ in range(EACH * times)]
        firsts += [aimed(chance.choice, ruleset) for _ in range(DRAWN * times)]
        yield ruleset, list(reached), [(packet, chance.choices(range(_CHOICES), k=LONGEST - 1)) for packet in firsts]


@dataclass(slots=True)
class Tally:
    """What a run came to. `bad` are disagreements: (what differs, the case as text)."""

    packets: int = 0
    connections: int = 0
    rulesets: int = 0
    reachable: int = 0
    met: int = 0
    unrepeated: int = 0  # disagreements that the kernel did not repeat, though no packet before could have changed what it says
    unsent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)
    bad: list[tuple[str, str]] = field(default_factory=list)

    def update(self, other: Tally) -> None:
        """Another run's, too."""
        for name in ("packets", "connections", "rulesets", "reachable", "met", "unrepeated", "bad"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("unsent", "refused", "undecided", "states", "ends", "coverage"):
            getattr(self, name).update(getattr(other, name))


class Fuzz:
    """One host, one backend: rulesets are drawn, loaded and met by packets until there were enough of those, or too many disagreements."""

    def __init__(self, host: str, backend: str, most: int = 3, shrink: bool = True, times: int = 1) -> None:
        self.host, self.most, self.shrink, self.times = host, most, shrink, times
        self.family = int(host[-1])
        self.tally = Tally()
        self.kernel = Kernel(iptsim.parse("*filter\nCOMMIT\n", family=self.family, backend=backend, host=HOSTS[host]))

    def run(self, number: int, enough: int) -> Tally:
        """So many packets; `number` is the seed."""
        with self.kernel:
            while self._going(enough):
                for ruleset, reached, flows in drawn(self.host, self.kernel.backend, number, min(25, 3 + enough // DRAWN), self.times):
                    if self._going(enough):
                        self._ruleset(ruleset, reached, flows)
                number += 1
        return self.tally

    def _going(self, enough: int) -> bool:
        return self.tally.packets < enough and len(self.tally.bad) < self.most

    # ---------------------------------------------------------------- one ruleset
    def _ruleset(self, ruleset: Ruleset, reached: Sequence[str], flows: Sequence[Flow]) -> None:
        try:
            self.kernel.load(ruleset)
        except KernelError as problem:
            self.tally.refused[problem.message.splitlines()[0][:120]] += 1
            return
        self.tally.rulesets += 1
        met: set[str] = set()
        for flow in flows:
            if len(self.tally.bad) < self.most:
                met |= self._flow(*flow)
        each = EACH * self.times
        sure = {reached[n // each] for n, (packet, _) in enumerate(flows[: each * len(reached)]) if not packet.assume}
        self.tally.reachable += len(sure)
        self.tally.met += len(met & sure)

    def _flow(self, first: Packet, choices: Sequence[int]) -> set[str]:
        """A packet, and those that follow it; the rules that they met. What differs is asked again of a fresh kernel: packets before may have
        changed what it says."""
        seen: list[Trace] = []
        try:
            made = self._checked(first, choices, seen)
            if made and made[-1].differences:
                self.kernel.refresh()
                seen.clear()
                made = self._checked(first, choices, seen)
                self.tally.unrepeated += not (stateful(self.kernel.ruleset) or (made and made[-1].differences))
        except Exception:
            self._found(traceback.format_exc(limit=-4), [trace.packet for trace in seen] or [first])
        else:
            for check in made:
                self._counted(check)
            if made and made[-1].differences:
                self._found(made[-1].differences[0], made[-1].packets)
        return {step.rule.id for trace in seen for step in trace if step.rule}

    def _checked(self, first: Packet, choices: Sequence[int], seen: list[Trace]) -> list[Check]:
        """Up to a disagreement, a packet that cannot be sent, or an end on which depends what follows."""
        made: list[Check] = []
        try:
            for check in checks(self.kernel, moves(self.kernel, first, choices, seen), seen):
                made.append(check)
                if check.differences or check.walked.verdict in (Verdict.UNDECIDED, Verdict.QUEUE):
                    break
        except (KernelError, FlowError) as problem:
            self.tally.unsent[problem.message.partition(": ")[0][:80]] += 1
        return made

    def _counted(self, check: Check) -> None:
        tally = self.tally
        tally.packets += 1
        tally.connections += len(check.packets) == 2
        tally.ends[str(check.seen.fate)] += 1
        if check.differences:
            return
        walked = check.walked
        if walked.verdict is Verdict.UNDECIDED:
            tally.undecided[(walked.unknown or ("?",))[0].partition(":")[0].partition("@")[0]] += 1
        if walked.out is not None and walked.out.ctstate is not None:
            tally.states[walked.out.to_dict()["ctstate"]] += 1
        tally.coverage.add(self.kernel.ruleset, check)

    # ---------------------------------------------------------------- a disagreement
    def _found(self, said: str, sent: Sequence[Packet]) -> None:
        drawn = self.kernel.ruleset
        rules, few = smallest(drawn, sent, partial(_fails, Judge(self.kernel, stateful(drawn)))) if self.shrink else (drawn, list(sent))
        self.tally.bad.append((said, self._case(rules, few)))
        self.kernel.load(drawn)

    def _case(self, ruleset: Ruleset, sent: list[Packet]) -> str:
        self.kernel.load(ruleset)
        flow = list(checks(self.kernel, sent, []))
        answered = [(check.packets[-1], check.seen) for check in flow]
        return written(Recorded("what differs", self.host, asked_of(self.kernel), ruleset.save(), [answered])) + f"# walk  {flow[-1].walked}\n"


def _fails(judge: Judge, ruleset: Ruleset, sent: Sequence[Packet]) -> bool:
    """Is there a difference, or something that is no answer at all?"""
    try:
        return bool(judge(ruleset, sent).differences)
    except IptsimError:
        return False
    except Exception:
        return True


def moves(kernel: Kernel, first: Packet, choices: Sequence[int], seen: list[Trace]) -> Iterator[Packet]:
    """The packet; and then answers, and what follows those."""
    _judged(kernel, first)
    yield _bare(first)
    for choice in choices if _followed(kernel.ruleset) else ():
        more = _follow_up(kernel, choice, seen)
        if more is None:
            return
        yield _bare(more)


def _followed(ruleset: Ruleset) -> bool:
    """Does iptsim know what becomes of what follows? Sets may have changed, connlimit drops what ends a connection, and zones are not modelled."""
    return not fills_sets(ruleset) and not any(isinstance(part, Connlimit) or zoned(part) for rule in ruleset.rules() for part in rule.parts)


def _judged(kernel: Kernel, packet: Packet) -> None:
    """Raises KernelError for what the harness cannot put to the kernel as a real host would, or no file tells."""
    if packet.from_host and packet.mark and packet.dst is not None and packet.dst.version == 6 and packet.dst.is_multicast:
        raise KernelError("no file tells by which interface this host's multicast leaves")
    if packet.from_host and packet.src is not None and kernel.sender.kind(packet.src) != LOCAL:
        raise KernelError("no process of this host has that address")
    if packet.ctstate == RELATED and not is_error(packet):
        raise KernelError("conntrack takes an entry made by hand for confirmed")


def _follow_up(kernel: Kernel, choice: int, seen: list[Trace]) -> Packet | None:
    """The answer to the first packet, and then one that either end sends after it; sooner or later none."""
    last = seen[-1]
    if len(seen) == 1:
        renamed = any(isinstance(what := effect(step), Translate) and (what.random or what.ports) for step in last)
        return None if renamed and last.packet.icmp_type is not None else answer(kernel, last)  # the kernel gave it another identifier
    if choice >= _ERROR_AT + 2:
        return None
    speaks = seen[choice % 2].packet
    known = {name: value for name, value in speaks.known().items() if name != "assume"}
    if choice >= _ERROR_AT:
        kept = {name: value for name, value in known.items() if name not in _OF_PROTOCOL}
        return Packet(**kept | _ERRORS[kernel.ruleset.family] | {"ctstate": RELATED})
    return Packet(**known | ({"tcp_flags": _FLAGS[choice // 2]} if speaks.proto == _TCP and not speaks.fragment else {}))


def _bare(packet: Packet) -> Packet:
    """As it can be sent: without what is assumed of it, no shorter than its headers; only what belongs to a connection has that one's mark."""
    known = packet.known() | {"assume": {"hairpin:docker0": False}}
    if known.get("ctstate") not in (ESTABLISHED, RELATED):
        known.pop("connmark", None)
    if not known.get("physdev_out"):
        known.pop("physdev_out", None)
    if not 128 <= known.get("length", 0) <= LONGEST_PACKET:
        known.pop("length", None)
    return Packet(**known)
