"""frag: the fragment header of IPv6."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact
from iptsim.predicate import Pred, Unknown, both


class Frag(Match, name="frag"):
    """Compare the fragment header of an IPv6 packet, which no flow says. Where conntrack is on, packets are whole and it never matches."""

    families = (6,)

    id = fact("--fragid", values.number_range(0xFFFFFFFF), "the fragment's identification is {}", "fragid", negatable=True)
    length = fact("--fraglen", values.NUMBER, "the fragment header's length is {}", "fraglen", negatable=True)
    reserved = fact("--fragres", None, "the fragment header's reserved field is zero", "fragres")
    first = fact("--fragfirst", None, "the fragment is the first", "fragfirst")
    more = fact("--fragmore", None, "the fragment is not the last", "fragmore", excludes=("--fraglast",))
    last = fact("--fraglast", None, "the fragment is the last", "fraglast", excludes=("--fragmore",))

    def asks(self) -> Pred:
        return both(Unknown("extension headers are not part of a flow", ("frag-header",)), super().asks())
