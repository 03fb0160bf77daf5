"""IDLETIMER: a timer that tells when traffic stops."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Idletimer(Target, name="IDLETIMER"):
    """Start a timer anew with every packet; the next rule follows."""

    timeout = Option("--timeout", values.number(2147482, 1), says="the time is {} seconds", required=True)
    label = Option("--label", values.bare("a label", 27), says="the timer is {}", required=True)
    alarm = Option("--alarm", None, says="the timer is running while the host sleeps")

    @property
    def effect(self) -> Effect:
        return Continue("timer started")
