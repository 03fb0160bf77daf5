"""Match time: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    ("-m time --timestart 01:00:00 --timestop 18:00:00 --monthdays 3,5 --weekdays Mon,Tue --datestop 2038-01-19T03:14:07",
     "-m time --timestart 1:0 --timestop 18:00 --weekdays Mon,2 --monthdays 5,3"),
    ("-m time --timestart 22:00:00 --timestop 04:00:00 --weekdays Tue,Wed,Thu,Fri,Sat,Sun --datestop 2038-01-19T03:14:07 --kerneltz --contiguous",
     "-m time --timestart 22:00 --timestop 4:00 --contiguous --kerneltz ! --weekdays Mo"),
    ("-m time --datestart 2024-01-02T00:00:00 --datestop 2025-01-01T10:00:00", "-m time --datestart 2024-01-02 --datestop 2025-01-01T10:00"),
    ("error: --contiguous needs a --timestop that is not after", "-m time --contiguous --timestart 4:00 --timestop 22:00"),
    ("error: is not a time of day", "-m time --timestart 24:00"),
    ("error: is not one of Mon", "-m time --weekdays Someday"),
    ("error: days from 1 to 31", "-m time --monthdays 32"),
)  # fmt: skip
test_holds = holds((UNKNOWN, "-m time --weekdays Mon", "proto=tcp"))
test_unknown = unknown(("time:--weekdays Mon", None, "-m time --weekdays Mon"))
test_says = says(("the day of the week is not Sat,Sun", "-m time ! --weekdays Sat,Sun"))
