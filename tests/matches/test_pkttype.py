"""Match pkttype: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m pkttype ! --pkt-type multicast",
    ("-m pkttype --pkt-type unicast", "-m pkttype --pkt-type host"),
    ("-m pkttype --pkt-type broadcast", "-m pkttype --pkt-type bcast"),
    ("error: is not one of", "-m pkttype --pkt-type anycast"),
)
test_holds = holds(
    (YES, "-m pkttype --pkt-type broadcast", "pkttype=broadcast"),
    (NO, "-m pkttype ! --pkt-type broadcast", "pkttype=broadcast"),
    (UNKNOWN, "-m pkttype --pkt-type broadcast", "dst=255.255.255.255"),
)
test_says = says(("the link-layer packet type is not multicast", "-m pkttype ! --pkt-type multicast"))
