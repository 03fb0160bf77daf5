"""ipcomp: the CPI of an IPComp header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries, fact


class Ipcomp(Match, name="ipcomp"):
    """Compare the CPI of a compressed packet, which no flow says. --compres is printed, but the kernel does not look at it."""

    protocols = (108,)
    requires = carries(108)

    cpi = fact("--ipcompspi", values.number_range(65535), "the IPComp CPI is {}", "ipcompspi", negatable=True)
    compres = Option("--compres", None, says="the reserved field is zero")
