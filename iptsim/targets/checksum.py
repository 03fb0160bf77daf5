"""CHECKSUM: fill in a checksum that was left open."""

from __future__ import annotations

from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Checksum(Target, name="CHECKSUM"):
    """Fill in the checksum that was left to the network card; the next rule follows."""

    tables = ("mangle",)

    fill = Option("--checksum-fill", None, says="the checksum is filled in", required=True)

    @property
    def effect(self) -> Effect:
        return Continue("checksum filled in")
