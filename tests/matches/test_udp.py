"""Match udp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-p udp -m udp --sport 53",
    ("-p udp -m udp ! --dport 5060:5061", "-p udp -m udp --dport ! 5060:5061"),
    ("-p udp -m udp", "-p udp -m udp --dport 0:65535"),
    "-p udp -m udp --dport 9:3",
    ("-p udp -m udp --dport 10", "-p udp -m udp --dport 010"),
    ("error: is not a port", "-p udp -m udp --dport 0x10"),
    ("error: needs -p udp", "-p tcp -m udp --dport 53"),
    ("error: out of range", "-p udp -m udp --dport 65536"),
)
test_holds = holds(
    (YES, "-p udp -m udp --dport 53", "proto=udp fragment=0 dport=53"),
    (NO, "-p udp -m udp --dport 53", "proto=udp fragment=1"),
    (NO, "-p udp -m udp ! --dport 53", "proto=udp fragment=0 dport=53"),
    (UNKNOWN, "-p udp -m udp --sport 53", "proto=udp dport=53 fragment=0"),
)
test_says = says(("the destination port is not 53", "-p udp -m udp ! --dport 53"))
