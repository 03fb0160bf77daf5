"""The matches: one file each, found by its name. The folder is the registry; nothing is imported that a dump does not use."""

from __future__ import annotations

from iptsim.extension import Match
from iptsim.registry import find_in, names_in


def find(name: str) -> type[Match] | None:
    """The class of `-m name`, or None if there is no such file."""
    return find_in("iptsim.matches", name, Match)


def names() -> tuple[str, ...]:
    """Every match there is a file for."""
    return names_in("iptsim.matches", Match)
