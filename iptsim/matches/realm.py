"""realm: the realm of the route."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact


class Realm(Match, name="realm"):
    """Compare the realm of the route that the packet takes, which the dump does not say."""

    families = (4,)
    hooks = ("INPUT", "FORWARD", "OUTPUT", "POSTROUTING")

    realm = fact("--realm", values.MARK, "the realm of the route is {}", "realm", reads=("src", "dst", "mark"), negatable=True, required=True)
