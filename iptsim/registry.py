"""Folders as registries: an extension is found by the name of its file."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import TypeVar

from iptsim.extension import Extension

E = TypeVar("E", bound=Extension)


@cache
def _files(package: str) -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__))


@cache
def find_in(package: str, name: str, kind: type[E]) -> type[E] | None:
    """The class that calls itself `name` in the file of that name (lower case), or None."""
    file = name.lower()
    if not re.fullmatch(r"[A-Za-z0-9_]+", name) or file not in _files(package):
        return None
    module = importlib.import_module(f"{package}.{file}")
    return next((value for value in vars(module).values() if _is_own(value, module.__name__, kind) and value.name == name), None)


@cache
def names_in(package: str, kind: type[E]) -> tuple[str, ...]:
    """The names of all extensions of a folder, sorted."""
    found = []
    for file in _files(package):
        module = importlib.import_module(f"{package}.{file}")
        found += [value.name for value in vars(module).values() if _is_own(value, module.__name__, kind)]
    return tuple(sorted(found))


def _is_own(value: object, module: str, kind: type[E]) -> bool:
    return isinstance(value, type) and issubclass(value, kind) and value.__module__ == module
