"""time: the clock and the calendar."""

from __future__ import annotations

import re
from typing import Any

from iptsim import values
from iptsim.extension import Given, Match, Option
from iptsim.predicate import Pred, Unknown
from iptsim.values import Value

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LAST = "2038-01-19T03:14:07"


def _clock(text: str) -> str:
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2}))?", text)
    parts = [int(part or 0) for part in match.groups()] if match else [99]
    if parts[0] > 23 or any(part > 59 for part in parts):
        raise ValueError(f"{text!r} is not a time of day hh:mm:ss")
    return ":".join(f"{part:02}" for part in parts)


def _date(text: str) -> str:
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9:]+))?)?)?", text)
    if not match:
        raise ValueError(f"{text!r} is not a date YYYY-MM-DDThh:mm:ss")
    year, month, day, clock = match.groups()
    return f"{year}-{month or '01'}-{day or '01'}T{_clock(clock if ':' in clock else clock + ':0') if clock else '00:00:00'}"


def _weekdays(text: str) -> tuple[int, ...]:
    """Names, of which two letters are enough, or numbers from 1 for Monday."""
    found = set()
    for word in text.split(","):
        hits = [i for i, day in enumerate(DAYS, 1) if word == str(i) or (len(word) > 1 and day.lower() == word.lower()[:3].ljust(2))]
        hits = hits or [i for i, day in enumerate(DAYS, 1) if len(word) == 2 and day.lower().startswith(word.lower())]
        if len(hits) != 1:
            raise ValueError(f"{word!r} is not one of {', '.join(DAYS)}")
        found.add(hits[0])
    return tuple(sorted(found))


def _monthdays(text: str) -> tuple[int, ...]:
    days = tuple(sorted({int(word) for word in text.split(",") if re.fullmatch(r"[0-9]{1,2}", word)}))
    if len(days) < 1 or not 1 <= days[0] <= days[-1] <= 31:
        raise ValueError(f"{text!r} is not a list of days from 1 to 31")
    return days


CLOCK = values.samples("a time of day hh:mm:ss", _clock, str, "08:00:00", "17:30:00")
DATE = values.samples("a date YYYY-MM-DDThh:mm:ss", _date, str, "2024-01-01T00:00:00", "2031-12-24T18:00:00")
WEEKDAYS = values.samples("days of the week", _weekdays, lambda days: ",".join(DAYS[day - 1] for day in days), "Mon,Tue", "Sat,Sun")
MONTHDAYS = values.samples("days of the month", _monthdays, lambda days: ",".join(map(str, days)), "1,15", "31")


class Complement(Option):
    """A list of days: with `!` it is saved as the days that are left."""

    def save(self, value: Any, negated: bool) -> str:
        top = 7 if self.flag == "--weekdays" else 31
        return super().save(tuple(day for day in range(1, top + 1) if day not in value) if negated else value, False)


def _days(flag: str, value: Value, says: str) -> Complement:
    return Complement(flag, value, says=says, negatable=True)


class Time(Match, name="time"):
    """Compare the time at which the packet is handled, in UTC unless --kerneltz. What time it will be is not in the dump."""

    start = Option("--timestart", CLOCK, says="the time is from {}")
    stop = Option("--timestop", CLOCK, says="the time is until {}")
    monthdays = _days("--monthdays", MONTHDAYS, "the day of the month is {}")
    weekdays = _days("--weekdays", WEEKDAYS, "the day of the week is {}")
    datestart = Option("--datestart", DATE, says="the date is from {}")
    datestop = Option("--datestop", DATE, says="the date is until {}")
    kerneltz = Option("--kerneltz", None, says="the time is the kernel's")
    contiguous = Option("--contiguous", None, says="the hours after midnight belong to the day before")

    def problem(self) -> str | None:
        over = self.get(Time.stop, "23:59:59") <= self.get(Time.start, "00:00:00")
        return "--contiguous needs a --timestop that is not after --timestart" if self.has(Time.contiguous) and not over else None

    def implied(self) -> tuple[Given, ...]:
        """The last second of 32 bits, which iptables-save prints though nobody wrote it; the other end of the day, if one was given."""
        day = ((Time.start, "00:00:00"), (Time.stop, "23:59:59")) if self.has(Time.start) or self.has(Time.stop) else ()
        return tuple(Given(row, value) for row, value in (*day, (Time.datestop, LAST)) if not self.has(row))

    def asks(self) -> Pred:
        words = self.words().replace(f"--datestop {LAST}", "").replace("  ", " ").strip()
        return Unknown("the time is not part of a flow", ("time", words))
