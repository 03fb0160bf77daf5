"""length: how long the packet is."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, within


class Length(Match, name="length"):
    """Compare the length of the whole IP packet, its header included.

    The manual speaks of the "layer-3 payload"; xt_length.c compares the total length (IPv6: 40 + payload).
    """

    length = Option("--length", values.number_range(65535), within("length"), "the packet is {} bytes long", (), True, required=True)
