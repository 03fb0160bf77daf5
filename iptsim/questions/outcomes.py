"""Every way that the packets of a question can go: the walk of all of them, and of their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from iptsim.errors import FlowError
from iptsim.names import INVALID, NEW
from iptsim.packet import Packet
from iptsim.predicate import Name, Not, Or, Pred, Ranges, Test, one
from iptsim.questions.flow import Question, read_flow
from iptsim.questions.judges import AllPackets, OneWay
from iptsim.questions.world import possible, world_of
from iptsim.reading import Same
from iptsim.ruleset import Ruleset
from iptsim.spaces.space import EVERYTHING, NOTHING, Space, World
from iptsim.trace import Trace, Verdict
from iptsim.values import ip_text
from iptsim.walk import after_walking, path
from iptsim.walk.arrival import enter, home, of_packet
from iptsim.walk.conntrack import Connection
from iptsim.walk.depth import deep
from iptsim.walk.engine import Engine, Result
from iptsim.walk.group import Group
from iptsim.walk.judge import Judge, OnePacket
from iptsim.walk.setting import Setting
from iptsim.walk.tracing import to_trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """Packets (`where`) that end so, with the answer that ends so (None: there is none); `sample` are those that went just as `result` did."""

    where: int
    sample: int
    result: Result
    reply: Result | None

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it one case: how it ends, who decided, what its addresses and destination port became, and how its answer ends."""
        r, nat = self.result, self.result.group.nat
        moved = tuple(end for end in nat.after if end[0] != "sport") if nat is not None and nat.after != nat.before else None
        reply = self.reply and (self.reply.verdict, None if self.reply.verdict is Verdict.ACCEPT else self.reply.decided_by, self.reply.unknown)
        return (r.verdict, r.fate, r.decided_by, r.answer, r.unknown, moved, reply)


@dataclass(slots=True)
class Inquiry:
    """A question, put: its world, its packets, and what was met while they were walked.

    The walk reads the fields that were given from `start`, so its sets leave them open; `fixed` is the set that has them.
    """

    ruleset: Ruleset
    question: Question
    setting: Setting
    world: World
    start: Group
    fixed: int
    connections: tuple[Connection, ...] = ()
    firsts: dict[str, bool | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)

    def space(self, node: int, universe: int) -> Space:
        """A set of the walk as a set of packets: with the fields that were given."""
        d = self.world.diagrams
        return Space(self.world, d.keep(node, self.fixed), d.keep(universe, self.fixed))

    def engine(self, judge: Judge) -> Engine:
        return Engine(
            self.ruleset, judge, self.setting, self.question.assume, self.connections, firsts=self.firsts, reasons=self.reasons, reached=self.reached
        )

    # ---------------------------------------------------------------- every packet
    def outcomes(self, together: bool = True) -> list[Outcome]:
        """Every way; `together`: with its answer, and those that end the same joined."""
        engine = self.engine(AllPackets(self.world))
        engine.thorough = not together
        with deep(self.ruleset):
            path.run(engine, self.start)
            requests = engine.results
            if not together:
                return [Outcome(result.group.where, result.group.where, result, None) for result in requests]
            found: dict[tuple[Any, ...], list[Outcome]] = {}
            for result in requests:
                for outcome in _answered(engine, result):
                    found.setdefault(outcome.key, []).append(outcome)
        joined = [replace(same[0], where=self.world.diagrams.any_of([one.where for one in same])) for same in found.values()]
        self.world.diagrams.budget = None  # the answer stands: what is left is to show it
        return joined

    # ---------------------------------------------------------------- one of them
    def witness(self, outcome: Outcome) -> tuple[Packet, Trace, Trace | None]:
        """A packet of an outcome, its trace, and that of its answer.

        The likeliest packet is walked first; where something that it does not say matters, one way through the outcome is followed
        instead, which settles on the way what has to be.
        """
        packet = self._packet(outcome.sample, outcome.result.group)
        with deep(self.ruleset):
            setting = replace(self.setting, used={})
            engine = Engine(self.ruleset, OnePacket(), setting, packet.assume or {}, self.connections)
            path.run(engine, of_packet(setting, packet))
            ends = self._ends(engine)
            if not _agrees(outcome, *ends):
                engine = self.engine(OneWay(self.world, self.firsts))
                path.run(engine, replace(self.start, where=outcome.sample))
                ends = self._ends(engine)
                packet = self._packet((ends[1] or ends[0]).group.where, ends[0].group)
        result, reply = ends
        return packet, to_trace(result, packet, self.ruleset), to_trace(reply, packet, self.ruleset) if reply else None

    def _ends(self, engine: Engine) -> tuple[Result, Result | None]:
        """How the one packet of an engine ended, and its answer."""
        result = engine.results[0]
        engine.results = []
        if result.verdict is Verdict.ACCEPT:
            path.run_answer(engine, result.group, result.fate)
        return result, engine.results[0] if engine.results else None

    def _packet(self, where: int, end: Group) -> Packet:
        """A packet of the set, with what the question fixed, and the source that the kernel chose for it, if it did."""
        known = self.space(where, where).example({}).known()
        if isinstance(end.source, int):
            known["src"] = ip_text(end.source, self.setting.family)
        elif end.source is not None and end.source != Same("src"):
            known["src"] = known["dst"]
        assume = {**self.question.assume, **known.get("assume", {})}
        return Packet(**known | ({"assume": assume} if assume else {}))


def _agrees(outcome: Outcome, result: Result, reply: Result | None) -> bool:
    """Did the packet end as its outcome says?"""
    wanted, back = outcome.result, outcome.reply
    same = (result.verdict, result.fate, result.decided_by) == (wanted.verdict, wanted.fate, wanted.decided_by)
    return same and (reply and reply.verdict) == (back and back.verdict)


def _answered(engine: Engine, result: Result) -> list[Outcome]:
    """The ends of a request, by the ends of its answer."""
    if result.verdict is not Verdict.ACCEPT:
        return [Outcome(result.group.where, result.group.where, result, None)]
    engine.results = []
    path.run_answer(engine, result.group, result.fate)
    if not engine.results:
        return [Outcome(result.group.where, result.group.where, result, None)]
    return [Outcome(reply.group.where, reply.group.where, result, reply) for reply in engine.results]


def inquire(ruleset: Ruleset, flow: Mapping[str, Any], leaving: Sequence[Pred] = ()) -> Inquiry:
    """Put a question, whose answer will be asked for packets that leave so. Raises FlowError where no packet is like that."""
    question = read_flow(ruleset, flow)
    setting = Setting.of(ruleset)
    connections = after_walking(ruleset, question.after)
    now = dict(question.fixed)
    if "in_interface" not in question.names():
        home(setting, now, _source(question))
    world = world_of(setting, question, leaving)
    start = enter(setting, now, EVERYTHING, frozenset(question.opened))
    node = world.diagrams.all_of([world.space(pred, start.now) for pred in (*question.asked, *possible(setting, question))])
    if node == NOTHING:
        raise FlowError("no packet is like that: the given values exclude each other")
    return Inquiry(ruleset, question, setting, world, replace(start, where=node), _fixed(world, start, question), connections)


def _fixed(world: World, start: Group, question: Question) -> int:
    """The packets with the values that were given, or that a field means that was left out."""
    now = start.now
    tests: list[Pred] = []
    for name in {*question.fixed, "in_interface"} & set(now):
        value = now[name]
        if isinstance(value, int | str):
            tests.append(Test(name, Name(value) if isinstance(value, str) else one(value)))
    asked = {*question.names(), *question.opened}
    world.defaults = {name: value for name, value in (("ttl", 64), ("pkttype", 0)) if name not in asked}
    flags = now.get("tcp_flags")
    if isinstance(flags, int):
        tests.append(Or((Not(Test("proto", one(6))), Test("tcp_flags", one(flags)))))
        world.defaults = {**world.defaults, "tcp_flags": flags}
    beside: dict[str, tuple[int, ...]] = {}
    for name in ("mark", "connmark", "fragment"):
        shared = now.get(name)
        if isinstance(shared, int):
            beside[name] = (shared,)
    if "ctstate" not in now and "ctstate" not in question.opened:
        beside["ctstate"] = (NEW, INVALID)
    world.beside = beside
    return world.diagrams.all_of([world.space(test) for test in tests])


def _source(question: Question) -> tuple[int, int] | None:
    """The range that all sources lie in, if the question says one."""
    source = question.fixed.get("src")
    if isinstance(source, int):
        return source, source
    for pred in question.asked:
        parts = [t.values for t in pred.parts if isinstance(t, Test) and t.field == "src"] if isinstance(pred, Or) else []
        spans = [values.parts for values in parts if isinstance(values, Ranges)]
        if spans:
            return spans[0][0][0], max(span[-1][1] for span in spans)
    return None
