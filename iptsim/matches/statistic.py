"""statistic: some packets, by chance or by counting."""

from __future__ import annotations

import re
from typing import Any

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Pred, Unknown, given

WHOLE = 1 << 31


def _probability(text: str) -> int:
    if not re.fullmatch(r"[0-9]*\.?[0-9]+(?:[eE]-?[0-9]+)?|[0-9]+\.", text) or float(text) > 1:
        raise ValueError(f"{text!r} is not a probability from 0 to 1")
    # lround, which rounds halves up; the kernel compares 31 random bits
    return int(float(text) * WHOLE + 0.5)


PROBABILITY = values.samples("a probability from 0 to 1", _probability, lambda p: f"{p / WHOLE:.11f}", "0.5", "0.33333333349", "1")


class Statistic(Match, name="statistic"):
    """Match some of the packets: at random with a probability, or every Nth that the rule sees, from the one numbered --packet (from 0)."""

    mode = Option("--mode", values.word_of(("random", "nth"), "random or nth"), says="the choice is {}", required=True)
    probability = Option("--probability", PROBABILITY, says="the probability is {}", negatable=True, excludes=("--every", "--packet"))
    every = Option("--every", values.number(0xFFFFFFFF, 1), says="the packet is one of every {}", negatable=True, excludes=("--probability",),
                   needs=("--packet",))  # fmt: skip
    packet = Option("--packet", values.number(0xFFFFFFFE), says="the first one is number {}", needs=("--every",))

    def problem(self) -> str | None:
        wanted: Any = Statistic.probability if self.get(Statistic.mode) == "random" else Statistic.every
        if not self.has(wanted):
            return f"statistic --mode {self.get(Statistic.mode)} needs {wanted.flag}"
        late = self.has(Statistic.every) and self.get(Statistic.packet, 0) >= self.get(Statistic.every)
        return "--packet must be less than --every" if late else None

    def asks(self) -> Pred:
        if self.get(Statistic.mode) == "random":
            chance = PROBABILITY.save(self.get(Statistic.probability))
            thrown = Unknown(f"it matches at random, with probability {chance}", ("statistic", "random", chance), dice=True)
            return given(thrown, self.negated(Statistic.probability))
        every, packet = self.get(Statistic.every), self.get(Statistic.packet, 0)
        counted = Unknown(f"it matches one packet of every {every}, and how many came before is not known",
                          ("statistic", "nth", f"{every}", f"{packet}"), dice=True, first=packet == 0)  # fmt: skip
        return given(counted, self.negated(Statistic.every))
