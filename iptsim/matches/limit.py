"""limit: at most so many per second, minute, hour or day."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Given, Match, Option
from iptsim.predicate import Pred, Unknown

# Units in ten-thousandths of a second, as the kernel keeps them, longest first.
UNITS = {"day": 864_000_000, "hour": 36_000_000, "minute": 600_000, "second": 10_000}


def read_rate(text: str) -> int:
    """The time from one packet to the next, in ten-thousandths of a second. A unit may be cut short: 5/m."""
    match = re.fullmatch(r"([0-9]+)(?:/([a-zA-Z]+))?", text)
    unit = (match[2] or "second").lower() if match else ""
    size = next((size for name, size in UNITS.items() if name.startswith(unit)), 0)
    if not match or not size or not int(match[1]):
        raise ValueError(f"{text!r} is not a rate like 3/minute")
    period = size // int(match[1])
    if not period:
        raise ValueError(f"the rate {text} is too fast")
    return period


def save_rate(period: int) -> str:
    """In the longest unit that is exact enough (print_rate in libxt_limit.c)."""
    best, *rest = UNITS.items()
    for unit in rest:
        if period > unit[1] or unit[1] // period < unit[1] % period:
            break
        best = unit
    return f"{best[1] // period}/{({'minute': 'min', 'second': 'sec'}).get(best[0], best[0])}"


RATE = values.samples("a rate like 3/minute", read_rate, save_rate, "3/min", "10/sec", "5/hour", "20/day")


# Few enough for each of these rates: legacy iptables multiplies them in 32 bits.
BURST = values.drawing(values.number(10000), "1", "2", "3")


class Limit(Match, name="limit"):
    """Match at most so often: a bucket that is full at first (--limit-burst packets) and gets one more packet at the rate of --limit.

    Each rule has a bucket of its own, shared by all packets that ask.
    """

    limit = Option("--limit", RATE, says="the rate is at most {}")
    burst = Option("--limit-burst", BURST, says="the burst is {} packets", default=5)

    def implied(self) -> tuple[Given, ...]:
        return () if self.has(Limit.limit) else (Given(Limit.limit, UNITS["hour"] // 3),)

    def asks(self) -> Pred:
        rate = save_rate(self.get(Limit.limit, UNITS["hour"] // 3))
        return Unknown(f"it is not known whether the limit of {rate} is used up", ("limit", rate), dice=True, first=True)
