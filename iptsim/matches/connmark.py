"""connmark: the connection's mark."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import TRACKED, Match, Option
from iptsim.predicate import Masked, Test


class Connmark(Match, name="connmark"):
    """Compare the bits of the connection's mark under a mask. A packet without a connection fails, `!` or not (xt_connmark.c)."""

    conntrack = True
    requires = TRACKED

    mark = Option("--mark", values.MARK, lambda v: Test("connmark", Masked(v[1], v[0])), "the connection's mark is {}", (), True, required=True)
