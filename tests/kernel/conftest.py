"""These tests need the right to make network namespaces. Without it they are skipped, with the reason; in CI they fail instead."""

from __future__ import annotations

import os
from functools import cache

import pytest

from iptsim.kernel import unavailable


@cache
def _reason(backend: str) -> str | None:
    return unavailable(backend)


@pytest.fixture(params=["legacy", "nft"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend of iptables that the kernel can be asked about."""
    name = str(request.param)
    reason = _reason(name)
    if reason is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"the kernel cannot be asked: {reason}")
    return name
