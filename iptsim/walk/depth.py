"""Chains may be nested as deeply as a dump has chains; Python's recursion limit has to follow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from iptsim.ruleset import Ruleset

_FRAMES_PER_CHAIN = 4


@contextmanager
def deep(ruleset: Ruleset) -> Iterator[None]:
    """Room for every chain of the ruleset inside every other. Python calls do not use the machine's stack (3.11 and later)."""
    before = sys.getrecursionlimit()
    chains = max((len(table) for table in ruleset), default=0)
    sys.setrecursionlimit(max(before, 2000 + _FRAMES_PER_CHAIN * chains))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
