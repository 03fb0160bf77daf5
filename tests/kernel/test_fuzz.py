"""Drawn rulesets, and packets aimed at their rules: the walk against this machine's kernel.

A seed that stays, and one that is new each time and told where they disagree: IPTSIM_SEED=N draws those again. IPTSIM_PACKETS=N are more;
`make fuzz N=...` is the same at length.
"""

from __future__ import annotations

import os
from random import SystemRandom

import pytest

from tests.kernel.fuzz import Fuzz
from tests.kernel.hosts import HOSTS

FRESH = int(os.environ.get("IPTSIM_SEED", "0")) or SystemRandom().randrange(1, 1 << 31)
PACKETS = int(os.environ.get("IPTSIM_PACKETS", "400"))


@pytest.mark.parametrize("fresh", [False, True], ids=["seed 1", "a fresh seed"])
@pytest.mark.parametrize("host", HOSTS)
def test_the_walk_agrees_with_the_kernel_on_drawn_rules_and_packets(host: str, backend: str, fresh: bool) -> None:
    seed = FRESH if fresh else 1
    tally = Fuzz(host, backend, most=1).run(seed, PACKETS)
    assert not tally.bad, f"IPTSIM_SEED={seed}\n" + "\n".join(tally.bad[0])
    assert not tally.refused
    assert tally.packets >= PACKETS
    assert fresh or sum(tally.undecided.values()) * 10 < tally.packets  # of a few rulesets, one with HMARK may stop most packets
