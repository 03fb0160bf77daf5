"""osf: the operating system that sent a SYN, by its fingerprint."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries, fact

LEVEL = values.number(2)


class Osf(Match, name="osf"):
    """Guess the operating system from a SYN. The fingerprints are not in the dump, and a flow does not say enough: it stays open."""

    families = (4,)
    hooks = ("PREROUTING", "INPUT", "FORWARD")
    protocols = (6,)
    requires = carries(6)

    genre = fact("--genre", values.bare("a genre", 31), "the sender's system is {}", "osf", reads=("src",), negatable=True, required=True)
    ttl = Option("--ttl", LEVEL, says="the TTL check is of level {}")
    log = Option("--log", LEVEL, says="the log level is {}")
