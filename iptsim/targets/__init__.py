"""The targets: one file each, named in lower case, found by its name. The folder is the registry."""

from __future__ import annotations

from iptsim.extension import Target
from iptsim.registry import find_in, names_in


def find(name: str) -> type[Target] | None:
    """The class of `-j name`, or None if there is no such file."""
    return find_in("iptsim.targets", name, Target)


def names() -> tuple[str, ...]:
    """Every target there is a file for."""
    return names_in("iptsim.targets", Target)
