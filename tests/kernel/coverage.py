"""What a run covered: in how many packets each match was evaluated, did match and did not, and each target was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from iptsim import matches, targets
from iptsim.predicate import Pred, Truth, holds
from iptsim.questions.verify import Check
from iptsim.ruleset import Rule, Ruleset
from iptsim.walk import path
from iptsim.walk.arrival import of_packet
from iptsim.walk.depth import deep
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group
from iptsim.walk.judge import OnePacket
from iptsim.walk.setting import Setting


@dataclass(slots=True)
class Coverage:
    """Packets by extension: "m:limit" or "j:DNAT"; what an option asks is counted with its extension."""

    evaluated: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)

    def add(self, ruleset: Ruleset, check: Check) -> None:
        """One packet, whose walk the kernel agreed with."""
        setting = Setting.of(ruleset)
        packet = check.packets[-1]
        engine = Watching(ruleset, OnePacket(), setting, packet.assume or {}, check.known)
        with deep(ruleset):
            path.run(engine, of_packet(setting, packet))
        for name in {name for name, _ in engine.met}:
            self.evaluated[name] += 1
        for counter, truth in ((self.matched, Truth.YES), (self.missed, Truth.NO)):
            counter.update({name for name, met in engine.met if met is truth})
        self.taken.update({f"j:{step.rule.target.name}" for step in check.seen if step.rule and step.rule.target})

    def update(self, other: Coverage) -> None:
        """Another run's packets, too."""
        for name in ("evaluated", "matched", "missed", "taken"):
            getattr(self, name).update(getattr(other, name))

    def table(self) -> Iterator[str]:
        """As the document has it."""
        yield "| match | evaluated | matched | not matched |"
        yield "|---|--:|--:|--:|"
        for name in matches.names():
            key = f"m:{name}"
            yield f"| {name} | {self.evaluated[key]:,} | {self.matched[key]:,} | {self.missed[key]:,} |"
        yield ""
        yield "| target | taken |"
        yield "|---|--:|"
        for name in targets.names():
            yield f"| {name} | {self.taken[f'j:{name}']:,} |"


class Watching(Engine):
    """An engine that notes which matches of each rule were asked about a packet, in order until one said no, and what they said."""

    @property
    def met(self) -> list[tuple[str, Truth]]:
        found: list[tuple[str, Truth]] = self.__dict__.setdefault("_met", [])
        return found

    def asked(self, rule: Rule, group: Group) -> Pred:
        for part in (rule.head, *rule.matches):
            if part is None:
                continue
            truth = holds(self._settled(part.predicate, rule, group, [0], True), group.now)
            if part is not rule.head:
                self.met.append((f"m:{part.name}", truth))
            if truth is Truth.NO:
                break
        return Engine.asked(self, rule, group)
