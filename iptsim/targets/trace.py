"""TRACE: have the kernel tell which rules the packet meets."""

from __future__ import annotations

from iptsim.effect import Continue, Effect
from iptsim.extension import Target


class Trace(Target, name="TRACE"):
    """Have the kernel log every rule that the packet meets from here on; the next rule follows."""

    tables = ("raw",)

    @property
    def effect(self) -> Effect:
        return Continue("traced")
