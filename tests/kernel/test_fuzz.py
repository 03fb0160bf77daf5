"""Drawn rulesets, and packets aimed at their rules: the walk against this machine's kernel.

IPTSIM_SEED=N draws others, IPTSIM_PACKETS=N more; `make fuzz N=...` is the same at length, with a fresh seed each time.
"""

from __future__ import annotations

import os

import pytest

from tests.kernel.fuzz import Fuzz
from tests.kernel.hosts import HOSTS

SEED = int(os.environ.get("IPTSIM_SEED", "1"))
PACKETS = int(os.environ.get("IPTSIM_PACKETS", "400"))


@pytest.mark.parametrize("host", HOSTS)
def test_the_walk_agrees_with_the_kernel_on_drawn_rules_and_packets(host: str, backend: str) -> None:
    tally = Fuzz(host, backend, most=1).run(SEED, PACKETS)
    assert not tally.bad, f"IPTSIM_SEED={SEED}\n" + "\n".join(tally.bad[0])
    assert not tally.refused
    assert tally.packets >= PACKETS
    assert sum(tally.undecided.values()) * 10 < tally.packets
