"""udp: the ports of a UDP header."""

from __future__ import annotations

from dataclasses import replace

from iptsim import values
from iptsim.extension import Match, Option, carries, within
from iptsim.names import SERVICES


def _ports(text: str) -> tuple[int, int]:
    """As xtopt_parse_mport reads them: in decimal, and backwards too, where nothing is in between."""
    low, colon, high = text.partition(":")
    lo, hi = (
        SERVICES[end] if end in SERVICES else values.number(65535).read(end.lstrip("0") or "0") if end.isdigit() else None for end in (low, high)
    )
    if (lo is None and low) or (hi is None and high) or not (low or colon):
        raise ValueError(f"{text!r} is not a port, a range a:b, or a service's name")
    return (lo or 0, 65535 if hi is None else hi) if colon else (lo or 0, lo or 0)


PORTS = replace(values.PORT_RANGE, read=_ports)


class Udp(Match, name="udp"):
    """Compare the ports of a UDP datagram. xt_tcpudp.c: a later fragment has no header and never matches, `!` or not."""

    protocols = (17,)
    requires = carries(17)

    sport = Option("--sport", PORTS, within("sport"), "the source port is {}", ("--source-port",), True, default=(0, 65535))
    dport = Option("--dport", PORTS, within("dport"), "the destination port is {}", ("--destination-port",), True,
                   default=(0, 65535))  # fmt: skip
