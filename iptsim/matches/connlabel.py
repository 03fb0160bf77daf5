"""connlabel: a label of the connection."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import TRACKED, Match, Option
from iptsim.matches.conntrack import CONNECTION
from iptsim.predicate import Pred, Unknown, both, given

LABEL = values.drawing(values.always_quoted("a label"), "1", "40")


class Connlabel(Match, name="connlabel"):
    """Ask whether the connection has a label, a bit number or a name of connlabel.conf. With --set it gets it, and then it has it."""

    conntrack = True

    label = Option("--label", LABEL, says="the connection's label is {}", negatable=True, required=True)
    set = Option("--set", None, says="the label is set")

    def asks(self) -> Pred:
        label = self.get(Connlabel.label)
        has = Unknown("the labels of the connection are not known", ("connlabel", label), CONNECTION)
        return given(both(TRACKED, has), self.negated(Connlabel.label))
