"""mark: the packet's mark."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Masked, Test


class Mark(Match, name="mark"):
    """Compare the bits of the packet's mark under a mask. Bits of the value outside the mask never match (xt_mark.c)."""

    mark = Option("--mark", values.MARK, lambda v: Test("mark", Masked(v[1], v[0])), "the mark is {}", (), True, required=True)
