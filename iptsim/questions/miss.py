"""The nearest miss: the later rule with the other verdict that failed on the fewest tests."""

from __future__ import annotations

from iptsim.questions.explanation import Miss
from iptsim.questions.outcomes import Inquiry, Outcome
from iptsim.trace import Trace


def nearest_miss(inquiry: Inquiry, outcome: Outcome, trace: Trace) -> Miss | None:
    return None
