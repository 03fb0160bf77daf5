"""physdev: the bridge ports of a bridged packet."""

from __future__ import annotations

from collections.abc import Callable

from iptsim import values
from iptsim.extension import Match, Option, Place
from iptsim.predicate import Name, Not, Or, Pred, Test, both

NONE = Name("")


def _port(field: str) -> Callable[[str], Pred]:
    def asks(name: str) -> Pred:
        wanted = Test(field, Name(name[:-1], prefix=True) if name.endswith("+") else Name(name))
        return both(wanted, Not(Test(field, NONE)))

    return asks


def _any_port(field: str) -> Callable[[object], Pred]:
    return lambda _: Not(Test(field, NONE))


class Physdev(Match, name="physdev"):
    """Compare the ports of the bridge that a packet came in and leaves by.

    xt_physdev.c: a packet that is not bridged has none, so it matches just where every option is negated. A packet is *bridged* where it has a
    port to leave by, in FORWARD and POSTROUTING.
    """

    is_in = Option("--physdev-is-in", None, _any_port("physdev_in"), "the packet is in by a bridge port", (), True)
    port_in = Option("--physdev-in", values.INTERFACE, _port("physdev_in"), "the bridge port it came in by is {}", (), True)
    is_out = Option("--physdev-is-out", None, _any_port("physdev_out"), "the packet is leaving by a bridge port", (), True)
    port_out = Option("--physdev-out", values.INTERFACE, _port("physdev_out"), "the bridge port it leaves by is {}", (), True)
    is_bridged = Option("--physdev-is-bridged", None, _any_port("physdev_out"), "the packet is bridged", (), True)

    def asks(self) -> Pred:
        """Of what came in by a port and leaves by none, ! --physdev-out does not hold either."""
        unknown = Or((Not(Test("physdev_out", NONE)), Test("physdev_in", NONE)))
        return both(super().asks(), unknown) if self.negated(Physdev.port_out) else super().asks()

    def place(self) -> Place:
        """physdev_mt_check: which port a packet of this host leaves by is not known in OUTPUT, unless it is asked to be bridged."""
        leaves = self.has(Physdev.is_out) or self.has(Physdev.port_out)
        bridged = self.has(Physdev.is_bridged) and not self.negated(Physdev.is_bridged)
        return super().place()._replace(hooks=("PREROUTING", "INPUT", "FORWARD", "POSTROUTING") if leaves and not bridged else ())

    def problem(self) -> str | None:
        return None if self.given else "physdev needs at least one option"
