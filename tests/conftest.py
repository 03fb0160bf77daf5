"""Hypothesis profiles: `fast` for every run, `deep` for a long one (HYPOTHESIS_PROFILE=deep)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# `fast` does not shrink: a ruleset takes minutes to shrink, and `deep` does it for whoever looks into a failure.
_PHASES = (Phase.explicit, Phase.generate)
settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True, phases=_PHASES, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
