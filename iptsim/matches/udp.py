"""udp: the ports of a UDP header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries, within


class Udp(Match, name="udp"):
    """Compare the ports of a UDP datagram. xt_tcpudp.c: a later fragment has no header and never matches, `!` or not."""

    protocols = (17,)
    requires = carries(17)

    sport = Option("--sport", values.PORT_RANGE, within("sport"), "the source port is {}", ("--source-port",), True, default=(0, 65535))
    dport = Option("--dport", values.PORT_RANGE, within("dport"), "the destination port is {}", ("--destination-port",), True,
                   default=(0, 65535))  # fmt: skip
