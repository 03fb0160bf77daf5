"""TCPMSS: how large segments may be."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Place, Target

HEADERS = {4: 20, 6: 40}


class Tcpmss(Target, name="TCPMSS"):
    """Lower the maximum segment size that a TCP SYN announces; the next rule follows."""

    protocols = (6,)

    set = Option("--set-mss", values.number(65535), says="the MSS becomes {}", excludes=("--clamp-mss-to-pmtu",))
    clamp = Option("--clamp-mss-to-pmtu", None, says="the MSS is that of the path", excludes=("--set-mss",))

    def problem(self) -> str | None:
        if not self.given:
            return "TCPMSS needs --set-mss or --clamp-mss-to-pmtu"
        top = 65535 - HEADERS[self.family]
        return None if self.get(Tcpmss.set, 0) <= top else f"--set-mss is out of range: 0 to {top}"

    def place(self) -> Place:
        """The path is known where the packet leaves."""
        return super().place()._replace(hooks=("FORWARD", "OUTPUT", "POSTROUTING") if self.has(Tcpmss.clamp) else ())

    @property
    def effect(self) -> Effect:
        return Continue("MSS lowered")
