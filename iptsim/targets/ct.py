"""CT: how conntrack is to treat the packet's connection."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Effect, Template, Untrack
from iptsim.extension import Given, Option, Place, Target
from iptsim.names import PORTED

EVENTS = ("new", "related", "destroy", "reply", "assured", "protoinfo", "helper", "mark", "natseqinfo", "secmark")


def _zone(text: str) -> int | str:
    zone: int | str = text if text == "mark" else values.number(65535).read(text)
    return zone


ZONE = values.samples("a number from 0 to 65535, or mark", _zone, str, "1", "mark")


# The protocol that each helper is for; others are not known here.
HELPERS = {
    "ftp": (6,),
    "irc": (6,),
    "sip": (6, 17),
    "pptp": (6,),
    "sane": (6,),
    "tftp": (17,),
    "amanda": (17,),
    "netbios-ns": (17,),
    "snmp": (17,),
}
HELPER = values.drawing(values.bare("the name of a helper", 15), "ftp", "tftp", "sip")
# Policies are made by nfct, and are not in the dump.
POLICY = values.drawing(values.bare("the name of a timeout policy", 31))


class Ct(Target, name="CT"):
    """Say before conntrack sees the packet how it is to be tracked: not at all, with a helper, in a zone.

    Zones keep connections apart that look alike; here every packet of a connection is taken to be in the same one.
    """

    tables = ("raw",)
    hooks = ("PREROUTING", "OUTPUT")

    notrack = Option("--notrack", None, says="the packet is not tracked")
    helper = Option("--helper", HELPER, says="the helper is {}")
    timeout = Option("--timeout", POLICY, says="the timeout policy is {}")
    ctevents = Option("--ctevents", values.words_of(EVENTS, "conntrack events"), says="the events told are {}")
    expevents = Option("--expevents", values.words_of(("new",), "expectation events"), says="the expectation events told are {}")
    zone_orig = Option("--zone-orig", ZONE, says="the zone is {} in the original direction")
    zone_reply = Option("--zone-reply", ZONE, says="the zone is {} in the reply direction")
    zone = Option("--zone", ZONE, says="the zone is {}", default=0)

    @property
    def conntrack(self) -> bool:  # type: ignore[override]  # of the instance: --notrack alone does not switch conntrack on
        return not self.has(Ct.notrack)

    def place(self) -> Place:
        """A helper is looked up by name and protocol."""
        asked = self.has(Ct.helper) and not self.has(Ct.notrack)
        return super().place()._replace(protocols=HELPERS.get(self.get(Ct.helper), PORTED) if asked else ())

    def words(self) -> str:
        """The zone that is given last counts, `mark` before all, and for both directions if both are named."""
        zones = self._zones()
        if len(zones) < 2:
            return super().words()
        ways = [row.option for row in zones if row.option is not Ct.zone]
        zone = Given(ways[0] if len(ways) == 1 else Ct.zone, _counts(zones))
        return Ct((*(row for row in self.given if row not in zones), zone), self.family).words()

    @property
    def effect(self) -> Effect:
        return Untrack() if self.has(Ct.notrack) else Template(_counts(self._zones()))

    def _zones(self) -> list[Given]:
        return [row for row in self.given if row.option in (Ct.zone, Ct.zone_orig, Ct.zone_reply)]


def _counts(zones: list[Given]) -> int | str:
    zone: int | str = "mark" if any(row.value == "mark" for row in zones) else zones[-1].value if zones else 0
    return zone
