"""RATEEST: estimate a rate under a name."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target

UNITS = {"us": 1, "usec": 1, "usecs": 1, "ms": 1000, "msec": 1000, "msecs": 1000, "s": 1_000_000, "sec": 1_000_000, "secs": 1_000_000}


def _time(text: str) -> int:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?)([a-z]+)?", text)
    if not match or (match[2] or "us") not in UNITS:
        raise ValueError(f"{text!r} is not a time like 250ms")
    return round(float(match[1]) * UNITS[match[2] or "us"])


def _save(micros: int) -> str:
    """In the greatest unit that it is at least one of (rateest_print_time)."""
    if micros >= 1_000_000:
        return f"{micros / 1_000_000:.1f}s"
    return f"{micros / 1000:.1f}ms" if micros >= 1000 else f"{micros}us"


TIME = values.samples("a time like 250ms", _time, _save, "250.0ms", "2.0s")


class Rateest(Target, name="RATEEST"):
    """Keep an estimate of how much passes, under a name that the match rateest asks for; the next rule follows."""

    estimator = Option("--rateest-name", values.bare("a name", 15), says="the estimate is {}", required=True)
    interval = Option("--rateest-interval", TIME, says="the interval is {}", required=True)
    average = Option("--rateest-ewmalog", TIME, says="the time of the average is {}", required=True)

    @property
    def effect(self) -> Effect:
        return Continue("rate estimated")
