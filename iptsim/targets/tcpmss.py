"""TCPMSS: how large segments may be."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


class Tcpmss(Target, name="TCPMSS"):
    """Lower the maximum segment size that a TCP SYN announces; the next rule follows."""

    protocols = (6,)

    set = Option("--set-mss", values.number(65535), says="the MSS becomes {}", excludes=("--clamp-mss-to-pmtu",))
    clamp = Option("--clamp-mss-to-pmtu", None, says="the MSS is that of the path", excludes=("--set-mss",))

    def problem(self) -> str | None:
        return None if self.given else "TCPMSS needs --set-mss or --clamp-mss-to-pmtu"

    @property
    def effect(self) -> Effect:
        return Continue("MSS lowered")
