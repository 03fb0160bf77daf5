"""Target ct: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Template, Untrack
from tests.cases import does, last, reads, says, stands

test_reads_and_saves = reads(
    "-j CT",
    "-j CT --notrack",
    ("-j CT --ctevents new,destroy --expevents new --zone 5", "-j CT --zone 5 --ctevents destroy,new --expevents new"),
    "-j CT --zone-orig mark",
    "-p tcp -j CT --helper ftp",
    ("-j CT --zone-orig 2", "-j CT --zone 1 --zone-orig 2"),
    ("-j CT --zone 3", "-j CT --zone-orig 2 --zone-reply 3"),
    ("-j CT --zone-reply mark", "-j CT --zone-reply mark --zone 5"),
    ("-j CT", "-j CT --zone 0"),
    "-j CT --notrack --helper ftp",
    ("error: is not one of new", "-j CT --ctevents born"),
)
test_stands = stands(
    ("needs -p tcp", "raw:PREROUTING -j CT --helper ftp"),
    ("needs -p udp", "raw:PREROUTING -p tcp -j CT --helper tftp"),
    ("", "raw:PREROUTING -p tcp -j CT --helper sip"),
)
test_does = does((Untrack(), "-j CT --notrack"), (Template(), "-p tcp -j CT --helper ftp"))
test_says = says(("the packet is not tracked", "-j CT --notrack"))


def test_notrack_alone_does_not_switch_conntrack_on() -> None:
    assert [last(text).conntrack for text in ("-j CT --notrack", "-j CT --zone 1")] == [False, True]
