"""CONNSECMARK: the security mark of the connection."""

from __future__ import annotations

from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Connsecmark(Target, name="CONNSECMARK"):
    """Copy SELinux's mark from the packet to the connection or back; the next rule follows."""

    tables = ("mangle", "security")
    conntrack = True

    save_mark = Option("--save", None, says="the security mark is saved to the connection", excludes=("--restore",))
    restore = Option("--restore", None, says="the security mark is restored from the connection", excludes=("--save",))

    def problem(self) -> str | None:
        return None if self.given else "CONNSECMARK needs --save or --restore"

    @property
    def effect(self) -> Effect:
        return Continue("security mark copied")
