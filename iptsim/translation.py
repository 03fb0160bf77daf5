"""What NAT targets are given: new addresses and ports."""

from __future__ import annotations

import re
from typing import NamedTuple

from iptsim.values import Value, ip_range, ip_text, port

# What a rule with ports in its target says after -p: TCP, UDP, SCTP, DCCP, ICMP (libipt_DNAT.c and its like).
WITH_PORTS = (6, 17, 132, 33, 1)


class Destination(NamedTuple):
    """What DNAT and SNAT are given: an inclusive address range or None, an inclusive port range or None, and /BASE."""

    addresses: tuple[int, int] | None
    ports: tuple[int, int] | None
    base: int | None
    family: int


def _destination(text: str) -> Destination:
    match = re.fullmatch(r"\[([0-9a-fA-F:.]+)(?:-([0-9a-fA-F:.]+))?\](?::(.+))?|([^\[\]]*)", text)
    if not match:
        raise ValueError(f"{text!r} is not an address, address:port or :port")
    ports_text: str | None
    if match[1] is not None:
        lo, hi, ports_text = match[1], match[2], match[3]
    elif match[4].count(":") > 1:
        lo, _, hi = match[4].partition("-")
        ports_text = None
    else:
        host, colon, after = match[4].partition(":")
        lo, _, hi = host.partition("-")
        ports_text = after if colon else None
    addresses, family = None, 6 if match[1] is not None else 4
    if lo:
        first, last, family = ip_range(f"{lo}-{hi or lo}")
        addresses = (first, last)
    ports, base = _nat_ports(ports_text) if ports_text is not None else (None, None)
    if addresses is None and ports is None:
        raise ValueError(f"{text!r} is not an address, address:port or :port")
    return Destination(addresses, ports, base, family)


def _nat_ports(text: str) -> tuple[tuple[int, int], int | None]:
    span, slash, base = text.partition("/")
    lo, dash, hi = span.partition("-")
    pair = (port(lo), port(hi) if dash else port(lo))
    if pair[0] > pair[1]:
        raise ValueError(f"the port range {text} is backwards")
    return pair, port(base) if slash else None


def _save_destination(to: Destination) -> str:
    host = ""
    if to.addresses:
        lo, hi = to.addresses
        host = ip_text(lo, to.family) + (f"-{ip_text(hi, to.family)}" if hi != lo else "")
    if to.ports is None:
        return host
    if to.family == 6 and host:
        host = f"[{host}]"
    lo, hi = to.ports
    return f"{host}:{lo}" + (f"-{hi}" if hi != lo else "") + (f"/{to.base}" if to.base is not None else "")


DESTINATION = Value("an address, address:port or :port", _destination, _save_destination, kind=("destination",))
NAT_PORTS = Value("a port or range a-b", lambda text: _nat_ports(text)[0], lambda v: str(v[0]) if v[0] == v[1] else f"{v[0]}-{v[1]}",
                  kind=("nat_ports",))  # fmt: skip
