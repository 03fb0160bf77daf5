"""Match mh: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads(
    "-p mobility-header -m mh --mh-type 1:3",
    ("-p mobility-header -m mh --mh-type 0", "-p mh -m mh --mh-type binding-refresh-request"),
    ("error: needs -p mobility-header", "-m mh --mh-type 1"),
    family=6,
)
test_holds = holds((NO, "-p mh -m mh ! --mh-type 1", "proto=tcp"), (UNKNOWN, "-p mh -m mh --mh-type 1", "proto=mh fragment=0"), family=6)
test_says = says(("the Mobile IPv6 type is not 1:3", "-p mh -m mh ! --mh-type 1:3"), family=6)
