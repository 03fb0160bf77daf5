"""A table at a hook: its chains, rule by rule, until every packet is accepted there or has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from iptsim import effect as effects
from iptsim.effect import members
from iptsim.names import INVALID, NEW, UNTRACKED
from iptsim.predicate import Truth, holds
from iptsim.ruleset import Chain, Rule
from iptsim.trace import Step, Verdict
from iptsim.walk.blocks import Block, blocks, effect_of, makes_no_difference
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group
from iptsim.walk.marks import assign, exchange, raised
from iptsim.walk.nat import shown, translate
from iptsim.walk.npt import mapped, renumber
from iptsim.walk.rejecting import answer

# How the connection reads that xt_CT.c ties to a packet: nf_ct_tmpl_alloc() makes it, of nobody.
TEMPLATE: dict[str, int] = {
    "ctstate": NEW, "ctdir": 0, "ct_snat": 0, "ct_dnat": 0, "ct_seen_reply": 0, "ct_confirmed": 1, "ctproto": 0, "ctorigsrc": 0, "ctorigdst": 0,
    "ctreplsrc": 0, "ctrepldst": 0, "ctorigsrcport": 0, "ctorigdstport": 0, "ctreplsrcport": 0, "ctrepldstport": 0, "connmark": 0,
}  # fmt: skip


@dataclass(slots=True)
class Visit:
    """One traversal of a table: who was accepted so far, and which chains are being walked."""

    engine: Engine
    table: str
    hook: str
    accepted: list[Group] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)


def visit(engine: Engine, table: str, hook: str, groups: list[Group]) -> list[Group]:
    """Those that the table lets through at that hook; the rest has ended. A table or chain that the dump does not have lets all through."""
    chains = engine.ruleset.tables.get(table)
    chain = chains.chains.get(hook) if chains else None
    if chain is None or not groups:
        return groups
    here = Visit(engine, table, hook)
    for group in _chain(here, chain, groups):
        _policy(here, chain, group)
    return engine.join(here.accepted)


def _policy(here: Visit, chain: Chain, group: Group) -> None:
    id = f"{here.table}:{chain.name}:policy"
    policy = chain.policy or "ACCEPT"
    if here.engine.judge.records:
        group = group.stepped(Step(id, here.hook, "policy", note=policy, policy_line=chain.line))
    if policy == "ACCEPT":
        _accept(here, group, id)
    elif policy == "QUEUE":
        here.engine.finish(group, Verdict.QUEUE, id)
    else:
        here.engine.finish(group, Verdict.DROP, id)


def _accept(here: Visit, group: Group, id: str) -> None:
    here.accepted.append(replace(group, decided=id) if here.table == "filter" else group)


def _chain(here: Visit, chain: Chain, groups: list[Group]) -> list[Group]:
    """Those that fall off the end of the chain, or return from it."""
    engine = here.engine
    returned: list[Group] = []
    here.inside.append(chain.name)
    for group in groups:
        engine.passed(f"{here.table}:{chain.name}", group)
    if engine.judge.records:
        groups = _one_by_one(here, chain.rules, groups, returned)
    else:
        block = blocks(engine.ruleset, chain, engine.thorough)
        groups = [out for group in groups for out in _block(here, block, group, returned)]
    here.inside.pop()
    if engine.judge.records and not chain.built_in:
        groups = [group.stepped(Step(f"{here.table}:{chain.name}:return", here.hook, "end", depth=len(here.inside))) for group in groups]
    return engine.join([*groups, *returned])


def _block(here: Visit, block: Block, group: Group, returned: list[Group]) -> list[Group]:
    """Those that a block lets through: who is not concerned by any of its rules passes over it at once."""
    if block.halves is None:
        return _one_by_one(here, block.rules, [group], returned)
    engine = here.engine
    concerned, others = engine.cut(group, block)
    groups = [] if concerned is None else [concerned]
    for half in block.halves if groups else ():
        groups = engine.join(out for one in groups for out in _block(here, half, one, returned))
    return groups if others is None else engine.join([others, *groups])


def _one_by_one(here: Visit, rules: Sequence[Rule], groups: list[Group], returned: list[Group]) -> list[Group]:
    engine = here.engine
    for rule in rules:
        if not groups:
            break
        what = effect_of(engine.ruleset, rule)
        passing = engine.judge.records and makes_no_difference(engine.ruleset, rule)
        going: list[Group] = []
        for group in groups:
            if passing:
                going += _passing(here, rule, group, what, returned)
                continue
            yes, no = engine.split(group, engine.asked(rule, group))
            if yes is not None:
                going += _act(here, rule, yes, what, returned)
            if no is not None:
                going.append(no)
        groups = engine.join(going) if len(going) > 1 else going
    return groups


def _passing(here: Visit, rule: Rule, group: Group, what: effects.Effect, returned: list[Group]) -> Sequence[Group]:
    """A rule that changes nothing: it is a step if it matches, and nobody stops for it. Dice fall as they do for a first packet."""
    pred = here.engine.asked(rule, group)
    truth = holds(pred, group.now)
    if truth is Truth.UNKNOWN:
        truth = holds(pred, {**here.engine.firsts, **group.now})
    if truth is not Truth.YES:
        return [group]
    return [_stepped(here, rule, group, what)] if isinstance(what, effects.Continue) else _act(here, rule, group, what, returned)


def _act(here: Visit, rule: Rule, group: Group, what: effects.Effect, returned: list[Group]) -> Sequence[Group]:
    """What the rule's target does with those it matched; those that go on to the next rule."""
    engine = here.engine
    engine.passed(rule.id, group)
    if isinstance(what, effects.Translate):
        moved = translate(engine, rule, group, what, here.hook)
        for group in moved:
            _accept(here, group, rule.id)
        return ()
    group = _stepped(here, rule, group, what)
    match what:
        case effects.Accept():
            _accept(here, group, rule.id)
        case effects.Drop():
            engine.finish(group, Verdict.DROP, rule.id)
        case effects.Reject(word):
            engine.finish(group, Verdict.REJECT, rule.id, answer=answer(engine, group, word))
        case effects.Queue():
            engine.finish(group, Verdict.QUEUE, rule.id)
        case effects.MapPrefix():
            return renumber(engine, group, what, rule.id)
        case effects.Divert(socket, mark):
            there, none = engine.split(group, engine.fact(socket))
            if none is not None:
                engine.finish(none, Verdict.DROP, rule.id)
            for part in assign(engine, there.rewrite(diverted=1), mark) if there is not None else ():
                _accept(here, part, rule.id)
        case effects.Mystery(name):
            engine.finish(group, Verdict.UNDECIDED, rule.id, unknown=(f"iptsim does not know -j {name}",))
        case effects.Return():
            returned.append(group)
        case effects.Jump(name) | effects.Goto(name):
            back = _called(here, rule, group, name)
            if isinstance(what, effects.Jump):
                return back
            returned += back
        case effects.Assign():
            return assign(engine, group, what)
        case effects.Change(names):
            return (group.rewrite(**{members(name): 1 for name in names}),)
        case effects.Add(name, by):
            return raised(engine, group, name, by)
        case effects.CopyMark():
            return exchange(engine, group, what)
        case effects.Untrack() | effects.Template() if group.now.get("ctstate") != INVALID:
            return (group,)  # xt_CT.c leaves a packet alone that has its conntrack already, as on its second pass over lo
        case effects.Untrack():
            return (group.rewrite(ctstate=UNTRACKED),)
        case effects.Template(zone):
            return (group.rewrite(**TEMPLATE, ctzone=zone),)
        case effects.Continue():
            return (group,)
    return ()


def _called(here: Visit, rule: Rule, group: Group, name: str) -> list[Group]:
    chain = here.engine.ruleset.tables[here.table].chains.get(name)
    if chain is None or name in here.inside:
        why = "which is not in the dump" if chain is None else "which is being walked already: a loop that no kernel takes"
        here.engine.finish(group, Verdict.UNDECIDED, rule.id, unknown=(f"{rule.id} goes to chain {name}, {why}",))
        return []
    return _chain(here, chain, [group])


def _stepped(here: Visit, rule: Rule, group: Group, what: effects.Effect) -> Group:
    if not here.engine.judge.records:
        return group
    changes = _changes(here.engine, group, what)
    note = what.note if isinstance(what, effects.Continue | effects.Template) else "set changed" if isinstance(what, effects.Change) else ""
    return group.stepped(Step(rule.id, here.hook, _WORDS[type(what)], rule, changes, note, depth=len(here.inside) - 1))


def _changes(engine: Engine, group: Group, what: effects.Effect) -> dict[str, str | int | None]:
    """What the target changes at once, as a step shows it."""
    if isinstance(what, effects.MapPrefix):
        old = group.read(what.side)
        new = mapped(old, what) if isinstance(old, int) else None
        return {what.side: None if new is None else shown(what.side, new, engine.setting.family)}
    changes: dict[str, str | int | None] = {}
    assigned = what if isinstance(what, effects.Assign) else what.mark if isinstance(what, effects.Divert) and what.mark.mask else None
    while assigned is not None:
        old = group.read(assigned.field)
        changes[assigned.field] = assigned.of(old) if isinstance(old, int) else None
        assigned = assigned.also
    return changes


_WORDS = {
    effects.Accept: "accept", effects.Drop: "drop", effects.Reject: "reject", effects.Queue: "queue", effects.Return: "return",
    effects.Jump: "jump", effects.Goto: "goto", effects.Continue: "continue", effects.Change: "continue",
    effects.Assign: "rewrite", effects.Add: "rewrite",
    effects.CopyMark: "rewrite", effects.Untrack: "rewrite", effects.Template: "continue", effects.MapPrefix: "rewrite", effects.Divert: "rewrite",
    effects.Mystery: "unknown",
}  # fmt: skip
