"""tcpmss: the MSS option of a TCP header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, carries, fact


class Tcpmss(Match, name="tcpmss"):
    """Compare the maximum segment size that a TCP SYN announces, which no flow says. Without that option the MSS is in no range."""

    protocols = (6,)
    requires = carries(6)

    mss = fact("--mss", values.forwards(values.number_range(65535)), "the MSS is {}", "mss", negatable=True, required=True)
