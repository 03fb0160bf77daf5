"""search: which packets end so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iptsim.errors import FlowError
from iptsim.predicate import Pred
from iptsim.questions.flow import values
from iptsim.questions.outcomes import Inquiry, Outcome, inquire
from iptsim.ruleset import Ruleset
from iptsim.spaces.space import NOTHING, Space
from iptsim.trace import Verdict
from iptsim.walk.hooks import NAT_SIDE

_HOOKS = frozenset(NAT_SIDE) | {"FORWARD"}


def search(  # noqa: PLR0913  # the keywords are the question
    ruleset: Ruleset, *, verdict: str | None = None, hook: str | None = None, decided_by: str | None = None, via: str | None = None,
    to_dst: Any = None, to_dport: Any = None, out_interface: str | None = None, certain: bool = False, **flow: Any,
) -> Space:  # fmt: skip
    """The packets of a flow (as they arrive) that can end so; with `certain` those that end so whatever the unknowns are.

    `verdict` is that of the whole way; `hook` (INPUT) and `via` (a rule's or chain's id: `filter:FORWARD:rule:5`, `filter:DOCKER`) keep
    packets that pass there; `to_dst`, `to_dport` and `out_interface` are as the packet leaves or is delivered. Raises FlowError.
    """
    if verdict is not None and verdict not in Verdict.__members__:
        raise FlowError(f"there is no verdict {verdict!r}", expected=", ".join(v for v in Verdict if v is not Verdict.MIXED))
    if hook is not None and hook not in _HOOKS:
        raise FlowError(f"there is no hook {hook!r}", expected=", ".join(sorted(_HOOKS)))
    asked = {"dst": to_dst, "dport": to_dport, "out_interface": out_interface}
    end = [(field, values(ruleset, field, value)) for field, value in asked.items() if value is not None]
    inquiry = inquire(ruleset, flow, [pred for _, pred in end])
    outcomes = inquiry.outcomes(together=False)
    d = inquiry.world.diagrams
    whole = d.any_of([outcome.where for outcome in outcomes])
    wanted = d.any_of([
        _leaving(inquiry, outcome, end)
        for outcome in outcomes
        if (verdict is None or outcome.result.verdict == verdict) and (decided_by is None or outcome.result.decided_by == decided_by)
    ])  # fmt: skip
    for place in (hook, via):
        if place is not None:
            wanted = d.keep(wanted, inquiry.reached.get(place, NOTHING))
    unknown = frozenset(n for n, level in enumerate(inquiry.world.levels) if level.field is None or level.is_open)
    if certain:
        wanted = d.minus(whole, d.drop(d.minus(whole, wanted), unknown))
    return inquiry.space(d.drop(wanted, unknown), d.drop(whole, unknown))


def _leaving(inquiry: Inquiry, outcome: Outcome, end: Sequence[tuple[str, Pred]]) -> int:
    """Those of an outcome that leave, or are delivered, as asked."""
    if end and outcome.result.verdict is not Verdict.ACCEPT:
        return NOTHING
    world, group = inquiry.world, outcome.result.group
    return world.diagrams.all_of([outcome.where, *(world.space(pred, {field: group.read(field)}) for field, pred in end)])
