"""multiport: ports in a list."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries
from iptsim.names import PORTED
from iptsim.predicate import Or, Pred, Test, ranges

Ports = tuple[tuple[int, int], ...]


def _source(ports: Ports) -> Pred:
    return Test("sport", ranges(ports))


def _destination(ports: Ports) -> Pred:
    return Test("dport", ranges(ports))


class Multiport(Match, name="multiport"):
    """Compare ports with up to 15 ports or ranges. xt_multiport.c: a later fragment never matches, `!` or not."""

    protocols = PORTED
    requires = carries(*PORTED)

    sports = Option("--sports", values.PORT_LIST, _source, "the source port is {}", ("--source-ports",), True, excludes=("--dports", "--ports"))
    dports = Option("--dports", values.PORT_LIST, _destination, "the destination port is {}", ("--destination-ports",), True,
                    excludes=("--sports", "--ports"))  # fmt: skip
    ports = Option("--ports", values.PORT_LIST, lambda ports: Or((_source(ports), _destination(ports))),
                   "the packet is to or from port {}", (), True, excludes=("--sports", "--dports"))  # fmt: skip

    def problem(self) -> str | None:
        return None if self.given else "multiport needs --sports, --dports or --ports"
