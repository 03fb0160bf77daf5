"""helper: the conntrack helper that expected the connection."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import TRACKED, Match, Option
from iptsim.matches.conntrack import CONNECTION
from iptsim.predicate import Pred, Unknown, both


def _helper(name: str) -> Pred:
    return both(TRACKED, Unknown("the helper of the connection is not known", ("helper", name), CONNECTION))


class Helper(Match, name="helper"):
    """Compare the helper whose connection made conntrack expect this one: ftp, for the data connections of FTP."""

    conntrack = True

    helper = Option("--helper", values.text(29, "the name of a helper"), _helper, "the helper is {}", (), True, required=True)
