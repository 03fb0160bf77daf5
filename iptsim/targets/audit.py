"""AUDIT: a record for the audit log."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Audit(Target, name="AUDIT"):
    """Write an audit record; the next rule follows. What the record calls the verdict decides nothing."""

    type = Option("--type", values.word_of(("accept", "drop", "reject"), "accept, drop or reject"), says="the record is of type {}", required=True)

    @property
    def effect(self) -> Effect:
        return Continue("audited")
