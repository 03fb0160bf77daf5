"""REJECT: gone, and the sender is told."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Effect
from iptsim.effect import Reject as RejectEffect
from iptsim.extension import Given, Option, Place, Target
from iptsim.names import REJECT_WITH
from iptsim.values import Value

# iptables 1.8.9 reads it no more.
OLD = ("icmp6-not-neighbor",)
DEFAULT = {4: "icmp-port-unreachable", 6: "icmp6-port-unreachable"}


def _answer(family: int) -> Value:
    names = REJECT_WITH[family]

    def read(text: str) -> str:
        """The start of a name is enough, and each has a short one; the first that fits is meant (libipt_REJECT.c)."""
        wanted = text.lower()
        found = next((name for name, short in names.items() if wanted and (name.startswith(wanted) or short == wanted)), None)
        if found is None:
            raise ValueError(f"{text!r} is not one of {', '.join(names)}")
        return found

    return values.samples(f"one of {', '.join(names)}", read, str, *(name for name in names if name not in OLD))


class Reject(Target, name="REJECT"):
    """Throw the packet away and tell the sender: an ICMP error, or with tcp-reset a TCP RST."""

    tables = ("filter",)
    hooks = ("INPUT", "FORWARD", "OUTPUT")

    with4 = Option("--reject-with", _answer(4), says="the answer is {}", only=(4,))
    with6 = Option("--reject-with", _answer(6), says="the answer is {}", only=(6,))

    def place(self) -> Place:
        reset = any(row.value == "tcp-reset" for row in self.given)
        return super().place()._replace(protocols=(6,) if reset else ())

    def implied(self) -> tuple[Given, ...]:
        return () if self.given else (Given(Reject.with4 if self.family == 4 else Reject.with6, DEFAULT[self.family]),)

    @property
    def effect(self) -> Effect:
        return RejectEffect(self.given[0].value if self.given else DEFAULT[self.family])
