"""CT: how conntrack is to treat the packet's connection."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect, Untrack
from iptsim.extension import Option, Target

EVENTS = ("new", "related", "destroy", "reply", "assured", "protoinfo", "helper", "mark", "natseqinfo", "secmark")


def _zone(text: str) -> int | str:
    zone: int | str = text if text == "mark" else values.number(65535).read(text)
    return zone


ZONE = values.samples("a number from 0 to 65535, or mark", _zone, str, "1", "mark")


class Ct(Target, name="CT"):
    """Say before conntrack sees the packet how it is to be tracked: not at all, with a helper, in a zone.

    Zones keep connections apart that look alike; here every packet of a connection is taken to be in the same one.
    """

    tables = ("raw",)
    hooks = ("PREROUTING", "OUTPUT")

    notrack = Option("--notrack", None, says="the packet is not tracked", excludes=("--helper",))
    helper = Option("--helper", values.bare("the name of a helper", 15), says="the helper is {}")
    timeout = Option("--timeout", values.bare("the name of a timeout policy", 31), says="the timeout policy is {}")
    ctevents = Option("--ctevents", values.words_of(EVENTS, "conntrack events"), says="the events told are {}")
    expevents = Option("--expevents", values.words_of(("new",), "expectation events"), says="the expectation events told are {}")
    zone_orig = Option("--zone-orig", ZONE, says="the zone is {} in the original direction", excludes=("--zone", "--zone-reply"))
    zone_reply = Option("--zone-reply", ZONE, says="the zone is {} in the reply direction", excludes=("--zone", "--zone-orig"))
    zone = Option("--zone", ZONE, says="the zone is {}", excludes=("--zone-orig", "--zone-reply"))

    @property
    def conntrack(self) -> bool:  # type: ignore[override]  # of the instance: --notrack alone does not switch conntrack on
        return not self.has(Ct.notrack)

    @property
    def effect(self) -> Effect:
        return Untrack() if self.has(Ct.notrack) else Continue("told conntrack")
