"""hashlimit: at most so many per address or port."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Given, Match, Option
from iptsim.matches.limit import read_rate, save_rate
from iptsim.predicate import Pred, Unknown

Rate = int | str
MODES = ("srcip", "srcport", "dstip", "dstport")


def _rate(text: str) -> Rate:
    """Packets in a time as of limit, or bytes a second: 512kb/s."""
    return text if re.fullmatch(r"[0-9]+[km]?b/s", text) else read_rate(text)


def _save_rate(rate: Rate) -> str:
    return rate if isinstance(rate, str) else save_rate(rate)


def _burst(text: str) -> str:
    if not re.fullmatch(r"[0-9]+(?:[km]?b)?", text):
        raise ValueError(f"{text!r} is not a number of packets or bytes")
    return text


RATE = values.samples("a rate like 3/minute or 512kb/s", _rate, _save_rate, "3/min", "10/sec", "512kb/s")
BURST = values.samples("a number of packets or bytes", _burst, str, "5", "20", "1mb")


def _table(flag: str, says: str, default: int | None = None) -> Option:
    return Option(f"--hashlimit-{flag}", values.NUMBER, says=says, default=default)


BITS = {4: 32, 6: 128}
# Milliseconds: how long an entry is kept where nothing is said (libxt_hashlimit.c: the quantum of the rate, 15 s for bytes).
EXPIRES = {"sec": 1000, "min": 60_000, "hour": 3_600_000, "day": 86_400_000, "s": 15_000}


class Hashlimit(Match, name="hashlimit"):
    """Match at most so often for each group of packets: a bucket for each address or port of --hashlimit-mode, full at first.

    The buckets live under --hashlimit-name, and rules that say the same name share them.
    """

    upto = Option("--hashlimit-upto", RATE, says="the rate is at most {}", aliases=("--hashlimit",), negatable=True,
                  excludes=("--hashlimit-above",))  # fmt: skip
    above = Option("--hashlimit-above", RATE, says="the rate is above {}", negatable=True, excludes=("--hashlimit-upto",))
    burst = Option("--hashlimit-burst", BURST, says="the burst is {}")
    mode = Option("--hashlimit-mode", values.words_of(MODES, "srcip, srcport, dstip, dstport"), says="packets are told apart by {}")
    table = Option("--hashlimit-name", values.bare("a name", 255), says="the table is {}", required=True)
    size = _table("htable-size", "the table has {} buckets")
    most = _table("htable-max", "the table has at most {} entries")
    interval = _table("htable-gcinterval", "the table is swept every {} ms", 1000)
    expire = _table("htable-expire", "an entry is kept for {} ms")
    srcmask = _table("srcmask", "sources are grouped by /{}")
    dstmask = _table("dstmask", "destinations are grouped by /{}")
    rate_match = Option("--hashlimit-rate-match", None, says="the rate itself is compared")
    rate_interval = Option("--hashlimit-rate-interval", values.NUMBER, says="the rate is taken over {} seconds", default=1)

    def problem(self) -> str | None:
        if not self.has(Hashlimit.upto) and not self.has(Hashlimit.above):
            return "hashlimit needs --hashlimit-upto or --hashlimit-above"
        widest = max(self.get(Hashlimit.srcmask, 0), self.get(Hashlimit.dstmask, 0))
        return None if widest <= BITS[self.family] else f"a mask is out of range: 0 to {BITS[self.family]}"

    def implied(self) -> tuple[Given, ...]:
        rate = self.get(Hashlimit.upto) or self.get(Hashlimit.above)
        return () if self.has(Hashlimit.burst) or isinstance(rate, str) else (Given(Hashlimit.burst, "5"),)

    @property
    def _below(self) -> bool:
        """Is it the rule for packets within the limit? `! --hashlimit-above` is."""
        return self.has(Hashlimit.upto) != (self.negated(Hashlimit.upto) or self.negated(Hashlimit.above))

    def asks(self) -> Pred:
        rate = _save_rate(self.get(Hashlimit.upto) or self.get(Hashlimit.above))
        word = "upto" if self._below else "above"
        return Unknown(f"it is not known whether the limit of {rate} is used up", ("hashlimit", self.get(Hashlimit.table), word, rate),
                       dice=True, first=self._below)  # fmt: skip

    def words(self) -> str:
        """`! --hashlimit-upto` is saved as --hashlimit-above. Left out: a mask of all bits, and entries kept as long as the rate's unit."""
        full = BITS[self.family]
        rate = _save_rate(self.get(Hashlimit.upto) or self.get(Hashlimit.above))
        silent = {Hashlimit.srcmask: full, Hashlimit.dstmask: full, Hashlimit.expire: EXPIRES[rate.partition("/")[2]]}
        kept = tuple(row for row in self.given if silent.get(row.option, ...) != row.value)
        if len(kept) < len(self.given):
            return Hashlimit(kept, self.family).words()
        text = super().words()
        return re.sub("! --hashlimit-(upto|above)", lambda found: f"--hashlimit-{'above' if found[1] == 'upto' else 'upto'}", text)
