"""rpfilter: would the answer leave by the interface that the packet came in by?"""

from __future__ import annotations

from iptsim.extension import Match, Option
from iptsim.predicate import Name, Or, Pred, Test, Unknown, given


class Rpfilter(Match, name="rpfilter"):
    """Ask the routing table whether the way back to the source is the interface it came in by. With --loose any interface will do."""

    tables = ("raw", "mangle")
    hooks = ("PREROUTING",)

    loose = Option("--loose", None, says="any interface will do")
    validmark = Option("--validmark", None, says="the mark is used for the look-up")
    accept_local = Option("--accept-local", None, says="a source of this host is allowed")
    invert = Option("--invert", None, says="the check is failed")

    def asks(self) -> Pred:
        flags = tuple(row.option.flag for row in self.given if row.option is not Rpfilter.invert)
        route = Unknown("the routes back to the source are not in the dump", ("rpfilter", *flags), ("src", "in_interface", "mark"))
        # xt_rpfilter.c lets everything by that comes from this host itself
        return given(Or((Test("in_interface", Name("lo")), route)), self.has(Rpfilter.invert))
