"""RETURN: back to the rule after the jump."""  # noqa: N999  # the name of the target

from __future__ import annotations

from iptsim.effect import Effect
from iptsim.effect import Return as ReturnEffect
from iptsim.extension import Target


class Return(Target, name="RETURN"):
    """Go on after the rule that jumped here; from a built-in chain, to its policy."""

    @property
    def effect(self) -> Effect:
        return ReturnEffect()
