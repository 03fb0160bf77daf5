"""RATEEST: estimate a rate under a name."""

from __future__ import annotations

import re
from math import log

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


# One each: where a name is used again, they must be the same.
TIME = values.samples("a time like 250ms", _time, _save, "4.0s")
INTERVAL = values.samples("a time like 250ms", _time, _save, "1.0s")
# The intervals that the kernel knows: a quarter of a second to eight seconds.
INTERVALS = tuple(250_000 << n for n in range(6))


class Rateest(Target, name="RATEEST"):
    """Keep an estimate of how much passes, under a name that the match rateest asks for; the next rule follows."""

    estimator = Option("--rateest-name", values.bare("a name", 15), says="the estimate is {}", required=True)
    interval = Option("--rateest-interval", INTERVAL, says="the interval is {}", required=True)
    average = Option("--rateest-ewmalog", TIME, says="the time of the average is {}", required=True)

    @property
    def _log(self) -> int:
        """The average that the kernel keeps has a weight of one in two to this (RATEEST_final_check of libxt_RATEEST.c)."""
        interval, average = self.get(Rateest.interval), self.get(Rateest.average)
        return sum(1 for n in range(1, 32) if interval / -log(1 - 2**-n) <= average)

    def problem(self) -> str | None:
        if self.get(Rateest.interval) > INTERVALS[-1]:
            return "--rateest-interval is too long: at most 8s"
        return None if 0 < self._log < 31 else "--rateest-ewmalog is out of range for that interval"

    def words(self) -> str:
        """The interval is the next one that the kernel knows, the average is so many of it."""
        interval = next(known for known in INTERVALS if known >= self.get(Rateest.interval))
        kept = {Rateest.interval: interval, Rateest.average: interval << self._log}
        return " ".join(option.save(kept.get(option, self.get(option)), False) for option in self.options)

    @property
    def effect(self) -> Effect:
        return Continue("rate estimated")
