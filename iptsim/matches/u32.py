"""u32: numbers read out of the packet."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Match, fact


def _expression(text: str) -> str:
    """Without blanks, and with every number in hex, as libxt_u32.c prints it."""
    tight = re.sub(r"\s+", "", text)
    if not re.fullmatch(r"[0-9a-fA-FxX&@<>=:,]+", tight) or "=" not in tight:
        raise ValueError(f"{text!r} is not a u32 expression like 0x6&0xff=0x1")
    return re.sub(r"0[xX][0-9a-fA-F]+|[0-9]+", lambda found: hex(values.NUMBER.read(found[0])), tight)


EXPRESSION = values.samples("a u32 expression", _expression, lambda v: f'"{v}"', "6&0xff=1", "0x0>>0x16&0x3c@0x4=0x1:0x2,0x5")


class U32(Match, name="u32"):
    """Compare 32-bit words of the packet, each found by an expression. The bytes of a packet are not part of a flow: it stays open."""

    u32 = fact("--u32", EXPRESSION, "the u32 test {} is passed", "u32", negatable=True, required=True)
