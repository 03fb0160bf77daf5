"""explain: what happens to a flow, and why. A flow given in part gets every case, disjoint and complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iptsim.questions.explanation import Assumption, Case, Explanation
from iptsim.questions.miss import nearest_miss
from iptsim.questions.outcomes import Inquiry, Outcome, inquire
from iptsim.ruleset import Ruleset, Warning
from iptsim.trace import Fate

_RANK = {Fate.SENT: 0, Fate.DELIVERED: 1, Fate.QUEUED: 2, Fate.REJECTED: 3, Fate.DROPPED: 3, Fate.UNDECIDED: 4, Fate.LOST: 5}


def explain(ruleset: Ruleset, flow: Mapping[str, Any]) -> Explanation:
    """The explanation of a flow. Raises FlowError where the flow makes no sense."""
    inquiry = inquire(ruleset, flow)
    found = inquiry.outcomes()
    diagrams = inquiry.world.diagrams
    whole = diagrams.any_of([outcome.where for outcome in found])
    # what no wire can carry is said once, by its own case, and not excepted again in every other
    odd = diagrams.any_of([outcome.where for outcome in found if outcome.result.decided_by == "kernel:martian"])
    plain = diagrams.minus(whole, odd)
    cases = [_case(inquiry, outcome, plain if diagrams.keep(outcome.where, plain) else whole) for outcome in found]
    cases.sort(key=lambda case: (_RANK[case.fate], -case.when.size()))
    warnings = [*ruleset.warnings, *(Warning("inexact", note) for note in inquiry.world.inexact)]
    assumptions = tuple(Assumption(text, origin) for text, origin in inquiry.setting.used.items())
    question = inquiry.space(whole, whole)
    return Explanation(ruleset, flow, question, tuple(cases), assumptions, tuple(warnings), not inquiry.world.inexact, inquiry.reasons)


def _case(inquiry: Inquiry, outcome: Outcome, universe: int) -> Case:
    when = inquiry.space(outcome.where, universe)
    asked = inquiry.question.given
    return Case(
        when,
        outcome.result.verdict,
        outcome.result.fate,
        outcome.result.decided_by,
        _unknown(inquiry, outcome),
        lambda: inquiry.witness(outcome),
        lambda trace: nearest_miss(inquiry.ruleset, trace, asked),
    )


def _unknown(inquiry: Inquiry, outcome: Outcome) -> tuple[str, ...]:
    """What decides between this case and others and is neither in the dump nor in the packet."""
    world = inquiry.world
    levels = [world.levels[n] for n in sorted(world.diagrams.support(outcome.where))]
    return (*outcome.result.unknown, *(level.name for level in levels if level.field is None))
