"""The engine: what the rooms of the walk share while it runs. It splits and finishes groups and knows what each rule asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from iptsim.effect import members
from iptsim.predicate import ALWAYS, NEVER, And, Not, Or, Pred, Test, Unknown, atom_name, atoms
from iptsim.reading import Open, Reading, Same
from iptsim.ruleset import Rule, Ruleset
from iptsim.trace import Fate, Step, Verdict
from iptsim.walk.blocks import Block, key_of
from iptsim.walk.group import Group, joined
from iptsim.walk.judge import Judge, Undecided
from iptsim.walk.setting import Setting


@dataclass(frozen=True, slots=True)
class Result:
    """Groups end as this."""

    group: Group
    verdict: Verdict
    fate: Fate
    decided_by: str | None
    answer: str | None = None
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Engine:
    """One run. `assume` answers unknowns by name, `used` are those that were asked for; `firsts` collects what a fresh kernel would answer
    to those that were met, `reasons` why they are unknown, `reached` who passed which rule, chain (`filter:DOCKER`) and hook; `thorough`:
    that is kept, and rules that change nothing are gone through too."""

    ruleset: Ruleset
    judge: Judge
    setting: Setting
    assume: Mapping[str, Any] = field(default_factory=dict)
    connections: tuple[Any, ...] = ()
    results: list[Result] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    firsts: dict[str, bool | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    thorough: bool = False
    _asked: dict[tuple[Any, ...], Pred] = field(default_factory=dict)

    # ---------------------------------------------------------------- splitting and ending
    def split(self, group: Group, pred: Pred) -> tuple[Group | None, Group | None]:
        """As the judge does it; who cannot be judged ends here, undecided."""
        try:
            return self.judge.split(group, pred)
        except Undecided as undecided:
            self.finish(group, Verdict.UNDECIDED, None, unknown=undecided.reasons)
            return None, None

    def cut(self, group: Group, block: Block) -> tuple[Group | None, Group | None]:
        """Those whom some rule of the block matches, and the others."""
        return self.judge.cut(group, self._union(group, block))

    def _union(self, group: Group, block: Block) -> int:
        key = (id(block), *key_of(block, group.now, group.phase))
        node = self.judge.unions.get(key)
        if node is None:
            if block.halves is None:
                node = self.judge.any_of([self.asked(rule, group) for rule in block.rules], group)
            else:
                node = self.judge.join(*(self._union(group, half) for half in block.halves))
            self.judge.unions[key] = node
        return node

    def without(self, group: Group, pred: Pred) -> Group | None:
        """The group without packets that cannot exist, as asked of the packet that arrived. One packet exists: it is not asked."""
        if not self.judge.forks:
            return group
        _, rest = self.judge.split(replace(group, now={}), pred)
        return None if rest is None else replace(rest, now=group.now)

    def join(self, groups: Iterable[Group]) -> list[Group]:
        return joined(groups, self.judge.join)

    def passed(self, name: str, group: Group) -> None:
        """The group passes a rule, a chain or a hook."""
        if self.thorough:
            before = self.reached.get(name)
            self.reached[name] = group.where if before is None else self.judge.join(before, group.where)

    def finish(self, group: Group, verdict: Verdict, decided_by: str | None, **more: Any) -> None:
        """The group ends here; `more` are fate, answer and unknown of the Result."""
        self.results.append(Result(group, verdict, more.pop("fate", None) or _FATES[verdict], decided_by, **more))

    def lost(self, group: Group, name: str, note: str) -> None:
        """The stack drops it, outside the rules."""
        step = f"kernel:{name}"
        self.finish(self.note(group, step, "drop", note), Verdict.DROP, step, fate=Fate.LOST)

    def note(self, group: Group, id: str, effect: str, note: str, changes: Mapping[str, Any] | None = None) -> Group:
        """A step outside the rules."""
        if not self.judge.records:
            return group
        return group.stepped(Step(id, group.hook, effect, None, changes or {}, note))

    # ---------------------------------------------------------------- what a rule asks
    def asked(self, rule: Rule, group: Group) -> Pred:
        """What the rule asks of the packet as it is now: dice get a name of their own, facts are asked of the host, assumptions are answered."""
        asked: dict[str, tuple[Pred, tuple[Unknown, ...]]] = self.ruleset._memo.setdefault("asked of rules", {})
        known = asked.get(rule.id)
        if known is None:
            predicate = rule.predicate
            known = asked[rule.id] = (predicate, tuple(atoms(predicate)))
        base, unknowns = known
        if not unknowns:
            return base
        key = (rule.id, group.phase, *(group.read(name) for unknown in unknowns for name in unknown.reads))
        pred = self._asked.get(key)
        if pred is None:
            pred = self._asked[key] = self._settled(base, rule, group, [0], True)
        return pred

    def _settled(self, pred: Pred, rule: Rule, group: Group, met: list[int], straight: bool) -> Pred:
        """`met` counts the unknowns; `straight`: no `!` turns the answer around."""
        if isinstance(pred, Test):
            return pred
        if isinstance(pred, Not):
            return Not(self._settled(pred.part, rule, group, met, not straight))
        if isinstance(pred, And | Or):
            return type(pred)(tuple(self._settled(part, rule, group, met, straight) for part in pred.parts))
        answer = self.setting.host.answer(pred, self.setting.family) if self._stands(pred, group) else None
        if answer is not None and answer != pred:
            return self._settled(answer, rule, group, met, straight)
        met[0] += 1
        return self._named(pred, rule, group, met[0], straight)

    def _stands(self, unknown: Unknown, group: Group) -> bool:
        """Is the set that it asks for as the host's files have it?"""
        return unknown.key[0] != "set" or all(group.now.get(members(name)) is None for name in self.setting.host.with_parts(unknown.key[1]))

    def _named(self, unknown: Unknown, rule: Rule, group: Group, count: int, straight: bool) -> Pred:
        """The unknown under its name, or what is assumed of it. That of a rule is assumed to be so that the rule matches, or does not."""
        if unknown.dice:
            name = f"{unknown.key[0]}@{rule.id}" + (f"#{count}" if count > 1 else "") + group.phase
        else:
            changed = [(f, group.read(f)) for f in unknown.reads if not f.startswith("ct") and not self._as_it_came(f, group)]
            name = atom_name(unknown.key) + (f" ({', '.join(f'{f} {self.setting.said(f, r)}' for f, r in changed)})" if changed else "")
            name += " of the answer" if unknown.inside and "/reply" in group.phase else ""
        also = (rule.id, atom_name(unknown.key), ":".join(unknown.key[:2]), unknown.key[0])
        return self._assumed(unknown, (name, *also), "" if straight else rule.id)

    def fact(self, unknown: Unknown) -> Pred:
        """Something that no match asks for, or what is assumed of it."""
        return self._assumed(unknown, (atom_name(unknown.key), unknown.key[0]))

    def _assumed(self, unknown: Unknown, names: tuple[str, ...], against: str = "") -> Pred:
        """What is assumed of it under one of these names, turned around for the one that is `against` it; else the unknown under the first."""
        for known in names:
            if known in self.assume:
                self.used.add(known)
                return ALWAYS if bool(self.assume[known]) == (known != against) else NEVER
        self.firsts[names[0]] = unknown.first
        self.reasons[names[0]] = unknown.reason
        return Unknown(unknown.reason, names[:1])

    def _as_it_came(self, name: str, group: Group) -> bool:
        if name == "src" and group.source is not None:
            return group.read(name) == group.source
        return group.read(name) == self.setting.arrival.get(name, Same(name))

    # ---------------------------------------------------------------- values that nobody knows
    def open(self, name: str, like: str, within: Any = None) -> Reading:
        """A new value that is not known, unless it is assumed under that name."""
        if name in self.assume:
            value = self.assume[name]
            return self.setting.read_assumed(like, value)
        return Open(name, like, within)


def at(group: Group, hook: str) -> Group:
    """The group, at a hook."""
    return replace(group, hook=hook)


_FATES = {
    Verdict.DROP: Fate.DROPPED,
    Verdict.REJECT: Fate.REJECTED,
    Verdict.QUEUE: Fate.QUEUED,
    Verdict.UNDECIDED: Fate.UNDECIDED,
}
