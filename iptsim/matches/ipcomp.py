"""ipcomp: the CPI of an IPComp header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Given, Match, Option, carries, fact
from iptsim.predicate import Pred


class Ipcomp(Match, name="ipcomp"):
    """Compare the CPI of a compressed packet, which no flow says. --compres is printed, but the kernel does not look at it."""

    protocols = (108,)
    requires = carries(108)

    cpi = fact("--ipcompspi", values.number_range(0xFFFFFFFF), "the IPComp CPI is {}", "ipcompspi", negatable=True)
    compres = Option("--compres", None, says="the reserved field is zero")

    def implied(self) -> tuple[Given, ...]:
        """Without it the tool asks for 0, and not for any."""
        return () if self.has(Ipcomp.cpi) else (Given(Ipcomp.cpi, (0, 0)),)

    def asks(self) -> Pred:
        return super().asks() if self.has(Ipcomp.cpi) else Ipcomp((*self.implied(), *self.given), self.family).asks()
