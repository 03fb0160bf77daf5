"""nfacct: counting under a name."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact

COUNTER = values.drawing(values.text(31, "the name of a counter"), "counter")


class Nfacct(Match, name="nfacct"):
    """Count the packet under a name. It matches always, unless that counter has a quota, which the dump does not say."""

    accounting = fact("--nfacct-name", COUNTER, "the counter {} is matched", "nfacct", required=True)
