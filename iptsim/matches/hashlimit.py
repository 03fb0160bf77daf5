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
    if not re.fullmatch(r"0*[1-9][0-9]*[km]?b/s", text):
        return read_rate(text)
    if _amount(text.removesuffix("/s")) >> 4 >= 0xFFFFFFFF:
        raise ValueError(f"the rate {text} is too high")
    return text


def _save_rate(rate: Rate) -> str:
    return rate if isinstance(rate, str) else save_rate(rate)


def _amount(text: str) -> int:
    """What stands before `/s`, in bytes, or a plain number."""
    number, unit = re.fullmatch(r"([0-9]+)([km]?)b?", text).groups()  # type: ignore[union-attr]
    return int(number) * {"k": 1024, "m": 1024 * 1024}.get(unit, 1)


def _table_name(text: str) -> str:
    """It is the name of a file in /proc."""
    name: str = values.text(254, "a name").read(text)
    if not name or name in (".", "..") or "/" in name:
        raise ValueError(f"{text!r} is not a name of a file")
    return name


def _burst(text: str) -> str:
    if not re.fullmatch(r"[0-9]+(?:[km]?b)?", text) or not _amount(text):
        raise ValueError(f"{text!r} is not a number of packets or bytes")
    return text


RATE = values.samples("a rate like 3/minute or 512kb/s", _rate, _save_rate, "3/min", "10/sec", "5/hour", "512kb/s")
BURST = values.samples("a number of packets or bytes", _burst, str, "5", "20", "1000")
NAME = values.Value("a name", _table_name, str, kind=("bare", 254))


def _table(flag: str, says: str, default: int | None = None, low: int = 0) -> Option:
    return Option(f"--hashlimit-{flag}", values.number(0xFFFFFFFF, low), says=says, default=default)


BITS = {4: 32, 6: 128}
LARGEST = 1 << 20
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
    table = Option("--hashlimit-name", NAME, says="the table is {}", required=True)
    size = _table("htable-size", "the table has {} buckets", 0)
    most = _table("htable-max", "the table has at most {} entries", 0)
    interval = _table("htable-gcinterval", "the table is swept every {} ms", 1000, 1)
    expire = _table("htable-expire", "an entry is kept for {} ms", None, 1)
    srcmask = Option("--hashlimit-srcmask", values.number(128), says="sources are grouped by /{}")
    dstmask = Option("--hashlimit-dstmask", values.number(128), says="destinations are grouped by /{}")
    rate_match = Option("--hashlimit-rate-match", None, says="the rate itself is compared")
    rate_interval = Option("--hashlimit-rate-interval", values.number(0x7FFFFFFF, 1), says="the rate is taken over {} seconds", default=1)

    def problem(self) -> str | None:
        if not self.has(Hashlimit.upto) and not self.has(Hashlimit.above):
            return "hashlimit needs --hashlimit-upto or --hashlimit-above"
        widest = max(self.get(Hashlimit.srcmask, 0), self.get(Hashlimit.dstmask, 0))
        if widest > BITS[self.family]:
            return f"a mask is out of range: 0 to {BITS[self.family]}"
        return self._burst_problem(_amount(self.get(Hashlimit.burst, "5")))

    def _burst_problem(self, burst: int) -> str | None:
        """hashlimit_mt_check of libxt_hashlimit.c: bytes in units of 16, as the kernel keeps them."""
        rate = self.get(Hashlimit.upto) or self.get(Hashlimit.above)
        if not isinstance(rate, str):
            return None if burst <= 1_000_000 else "--hashlimit-burst is out of range: 1 to 1000000"
        least = (0xFFFFFFFF // (0xFFFFFFFF // ((_amount(rate.removesuffix("/s")) >> 4) + 1)) - 1) << 4
        return f"--hashlimit-burst is less than the rate: {least}b" if self.has(Hashlimit.burst) and burst < least else None

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

    def _known(self) -> tuple[Given, ...]:
        """As the kernel has it: tables are cut to what it can hold, and what is compared as a rate is one per second, over the unit's time."""
        cut = tuple(row._replace(value=min(row.value, LARGEST)) if row.option in (Hashlimit.size, Hashlimit.most) else row for row in self.given)
        rate = self.get(Hashlimit.upto) or self.get(Hashlimit.above)
        if not self.has(Hashlimit.rate_match):
            return tuple(row for row in cut if row.option is not Hashlimit.rate_interval)
        seconds = 1 if isinstance(rate, str) else EXPIRES[_save_rate(rate).partition("/")[2]] // 1000
        if seconds == 1:
            return cut
        once = tuple(row._replace(value=row.value // seconds) if row.option in (Hashlimit.upto, Hashlimit.above) else row for row in cut)
        expire = () if self.has(Hashlimit.expire) else (Given(Hashlimit.expire, seconds * 1000),)
        interval = () if self.has(Hashlimit.rate_interval) else (Given(Hashlimit.rate_interval, seconds),)
        return (*once, *expire, *interval)

    def words(self) -> str:
        """`! --hashlimit-upto` is saved as --hashlimit-above. Left out: a mask of all bits, and entries kept as long as the rate's unit."""
        if (known := self._known()) != self.given:
            return Hashlimit(known, self.family).words()
        full = BITS[self.family]
        rate = _save_rate(self.get(Hashlimit.upto) or self.get(Hashlimit.above))
        silent = {Hashlimit.srcmask: full, Hashlimit.dstmask: full, Hashlimit.expire: EXPIRES[rate.partition("/")[2]]}
        kept = tuple(row for row in self.given if silent.get(row.option, ...) != row.value)
        if len(kept) < len(self.given):
            return Hashlimit(kept, self.family).words()
        text = super().words()
        return re.sub("! --hashlimit-(upto|above)", lambda found: f"--hashlimit-{'above' if found[1] == 'upto' else 'upto'}", text)
