"""Packets and flows, aimed at the rules of a ruleset."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from iptsim.packet import Packet
from iptsim.ruleset import Ruleset
from iptsim.spaces.space import Space
from iptsim.strategies.aiming import OPENING, aimed
from iptsim.strategies.constants import ADDRESSES, PREFIXES


@st.composite
def packets(draw: st.DrawFn, ruleset: Ruleset | None = None, within: Space | None = None) -> Packet:
    """Packets, complete enough to be walked. With `ruleset` they are aimed at its rules, with `within` only members of that set are drawn.

    >>> import iptsim
    >>> from hypothesis import find, given
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -i eth7 -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
    >>> find(packets(rs), lambda packet: rs.walk(packet).decided_by == "filter:INPUT:rule:1").in_interface
    'eth7'
    >>> @given(packets(within=rs.explain(in_interface="eth7", dport=[5432, 5433]).question))
    ... def test_the_ports_are_those_of_the_question(packet):
    ...     assert packet.dport in (5432, 5433)
    >>> test_the_ports_are_those_of_the_question()
    """
    return aimed(lambda values: draw(st.sampled_from(values)), ruleset, within)


@st.composite
def flows(draw: st.DrawFn, ruleset: Ruleset | None = None, around: Packet | None = None) -> dict[str, Any]:
    """Keywords for `explain`: some fields one value, some a range or a list, the rest left out. With `around` that packet is one of the flow.

    >>> import iptsim
    >>> from hypothesis import given, settings
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
    >>> @settings(max_examples=20)
    ... @given(flows(rs))
    ... def test_every_flow_has_an_answer(flow):
    ...     assert rs.explain(**flow).cases
    >>> test_every_flow_has_an_answer()
    """
    packet = draw(packets(ruleset)) if around is None else around
    family = ruleset.family if ruleset else packet.src.version if packet.src else 4
    stays = (*_MEAN_OTHERWISE, "src") if packet.from_host else _MEAN_OTHERWISE
    return {
        name: _widened(draw, name, value, family)
        for name, value in packet.known().items()
        if name not in _HOST_KNOWS and (name in stays or _unspecified(name, value) or draw(st.booleans()))
    }


# What a flow leaves to the routes, and what would have a meaning if it were left out: where it comes from, that it opens a connection.
_HOST_KNOWS = ("dst_type", "out_interface", "assume")
_MEAN_OTHERWISE = ("in_interface", "from_host", "ttl", "pkttype", "physdev_in", "physdev_out", *OPENING)


def _unspecified(name: str, value: Any) -> bool:
    """Is it an address that no host has? An open end does not mean it."""
    return name in ("src", "dst") and bool(value.is_unspecified)


def _widened(draw: st.DrawFn, name: str, value: Any, family: int) -> Any:
    """The value, or several that it is one of."""
    how = draw(st.integers(0, 3))
    if _unspecified(name, value):
        return str(value)
    if name in ("src", "dst"):
        return [str(value), f"{value}/{draw(st.sampled_from(PREFIXES[family]))}", [str(value), ADDRESSES[family][0]], f"{value}"][how]
    if name in ("sport", "dport"):
        return [value, f"{value}:{min(65535, value + draw(st.integers(0, 999)))}", [value, 80], f":{value}"][how]
    if name in ("proto", "icmp_type", "ttl", "length", "tos"):
        return [value, value, [value], value][how]
    if name in ("tcp_flags", "mark", "connmark") and how == 3:
        return "any"
    return value
