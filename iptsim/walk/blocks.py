"""A chain as a binary tree of blocks, so that a set of packets meets only the rules that can concern it.

Going down a long flat list with the rest of a set would cost the square of its length: each rule leaves a set with one hole more. Here the
set is first cut down to what any rule of a block matches, block within block, and what no rule matches passes over all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iptsim import effect as effects
from iptsim.effect import members
from iptsim.predicate import Pred, atoms, tests
from iptsim.ruleset import Chain, Rule, Ruleset

SMALL = 8  # so few rules are gone through one by one


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rules in a row; two halves where they are many. `fields` are those that any of them asks for."""

    rules: Sequence[Rule]
    halves: tuple[Block, Block] | None
    fields: frozenset[str]


def blocks(ruleset: Ruleset, chain: Chain, inert: bool) -> Block:
    """The tree of a chain, made once. Rules that change nothing are left out unless they are asked for with `inert`."""
    key = ("blocks", chain.table, chain.name, inert)
    found: Block | None = ruleset._memo.get(key)
    if found is None:
        rules = [rule for rule in chain.rules if inert or not changes_nothing(ruleset, rule)]
        found = ruleset._memo[key] = _tree(rules)
    return found


def effect_of(ruleset: Ruleset, rule: Rule) -> effects.Effect:
    """What the rule's target does; to change a set, or to tell conntrack something, is nothing where no rule asks for it."""
    what = rule.target.effect if rule.target else effects.Continue()
    if isinstance(what, effects.Template) and not _templates_count(ruleset):
        return effects.Continue(what.note)
    if isinstance(what, effects.Change):
        asked: frozenset[str] | None = ruleset._memo.get("fields behind unknowns")
        if asked is None:
            asked = ruleset._memo["fields behind unknowns"] = frozenset(name for rule in ruleset.rules() for name in asked_fields(rule.predicate))
        if asked.isdisjoint(map(members, what.sets)):
            return effects.Continue("set changed")
    return what


def changes_nothing(ruleset: Ruleset, rule: Rule) -> bool:
    """Does a packet go on to the next rule as it is, matched or not?"""
    what = effect_of(ruleset, rule)
    return isinstance(what, effects.Continue) or (isinstance(what, effects.Jump) and what.chain in _idle_chains(ruleset, rule.table))


def makes_no_difference(ruleset: Ruleset, rule: Rule) -> bool:
    """Does nothing depend on whether it matches? It changes nothing, or returns from a chain that every packet comes back from as it was."""
    returns = isinstance(effect_of(ruleset, rule), effects.Return) and rule.chain in _idle_chains(ruleset, rule.table)
    return returns or changes_nothing(ruleset, rule)


def _idle_chains(ruleset: Ruleset, table: str) -> frozenset[str]:
    """The chains of a table from which every packet comes back as it was; not those that a loop goes through."""
    found: frozenset[str] | None = ruleset._memo.get(("idle chains", table))
    if found is None:
        callers: dict[str, list[str]] = {}
        left: dict[str, int] = {}  # of each chain that may be one, how many of its jumps lead to chains of which that is not known
        for chain in ruleset.tables[table]:
            done = [effect_of(ruleset, rule) for rule in chain]
            if not chain.built_in and all(isinstance(what, effects.Continue | effects.Return | effects.Jump) for what in done):
                jumps = [what.chain for what in done if isinstance(what, effects.Jump)]
                left[chain.name] = len(jumps)
                for name in jumps:
                    callers.setdefault(name, []).append(chain.name)
        idle = [name for name, number in left.items() if not number]
        for name in idle:
            for caller in callers.get(name, ()):
                left[caller] -= 1
                idle += [] if left[caller] else [caller]
        found = ruleset._memo["idle chains", table] = frozenset(idle)
    return found


def _templates_count(ruleset: Ruleset) -> bool:
    """Does a rule of raw look at connections, leave a packet untracked, or name a zone, of which NAT takes notice?"""
    known: bool | None = ruleset._memo.get("connections in raw")
    if known is None:
        rules = [rule for chain in ruleset.tables["raw"] for rule in chain] if "raw" in ruleset.tables else []
        asked = {name for rule in rules for name in asked_fields(rule.predicate)}
        done = [rule.target.effect for rule in rules if rule.target]
        leaves = any(isinstance(what, effects.Untrack) or (isinstance(what, effects.Template) and what.zone != 0) for what in done)
        known = ruleset._memo["connections in raw"] = leaves or any(name.startswith(("ct", "connmark")) for name in asked)
    return known


def _tree(rules: Sequence[Rule]) -> Block:
    if len(rules) <= SMALL:
        return Block(rules, None, frozenset().union(*(asked_fields(rule.predicate) for rule in rules)))
    middle = len(rules) // 2
    left, right = _tree(rules[:middle]), _tree(rules[middle:])
    return Block(rules, (left, right), left.fields | right.fields)


def asked_fields(pred: Pred) -> frozenset[str]:
    """The fields that a predicate reads, those behind its unknowns too."""
    return frozenset((*(test.field for test in tests(pred)), *(name for atom in atoms(pred) for name in atom.reads)))


def key_of(block: Block, now: Mapping[str, object], phase: str) -> tuple[object, ...]:
    """What a block's union depends on."""
    return (phase, *(now.get(name) for name in sorted(block.fields)))
