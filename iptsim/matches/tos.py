"""tos: the TOS byte (IPv6: traffic class)."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.names import TOS_NAMES
from iptsim.predicate import ALWAYS, Masked, Test
from iptsim.values import Value

_BYTE = values.masked(255)


def _tos(text: str) -> tuple[int, int]:
    """A name leaves the two ECN bits alone (xtables/tos_values.c)."""
    named = {name.lower(): (value, 0x3F) for name, value in TOS_NAMES.items()}
    return named.get(text.lower()) or (*_BYTE.read(text),)


TOS = Value("a TOS value, value/mask or name", _tos, lambda v: f"0x{v[0]:02x}/0x{v[1]:02x}", kind=_BYTE.kind)


class Tos(Match, name="tos"):
    """Compare the bits of the TOS byte under a mask. Bits of the value outside the mask never match (xt_dscp.c)."""

    tos = Option("--tos", TOS, lambda v: Test("tos", Masked(v[1], v[0])) if v != (0, 0) else ALWAYS, "the TOS byte is {}", (), True, required=True)
