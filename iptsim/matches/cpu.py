"""cpu: the processor that handles the packet."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact


class Cpu(Match, name="cpu"):
    """Compare the number of the processor that handles the packet, which nobody knows before."""

    cpu = fact("--cpu", values.NUMBER, "the processor is number {}", "cpu", negatable=True, required=True)
