"""SECMARK: the security mark of the packet."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Secmark(Target, name="SECMARK"):
    """Set the mark by which SELinux judges the packet; the next rule follows."""

    tables = ("mangle", "security")

    context = Option("--selctx", values.bare("a security context", 255), says="the security context becomes {}", required=True)

    @property
    def effect(self) -> Effect:
        return Continue("security mark set")
