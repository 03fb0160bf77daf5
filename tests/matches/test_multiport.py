"""Match multiport: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-p tcp -m multiport --dports 80,443,1000:2000",
    "-p udp -m multiport ! --ports 53",
    ("-p tcp -m multiport --sports 80,22", "-p tcp -m multiport --source-ports http,ssh"),
    ("error: at most 15 ports", "-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14:15,16"),
    ("error: exclude each other", "-p tcp -m multiport --dports 1 --sports 2"),
    ("error: needs -p", "-m multiport --dports 1"),
    ("error: needs --sports", "-p tcp -m multiport"),
)
test_holds = holds(
    (YES, "-p tcp -m multiport --dports 80,1000:2000", "proto=tcp fragment=0 dport=1500"),
    (NO, "-p tcp -m multiport --dports 80,1000:2000", "proto=tcp fragment=0 dport=81"),
    (YES, "-p udp -m multiport --ports 53", "proto=udp fragment=0 sport=53 dport=99"),
    (NO, "-p udp -m multiport ! --ports 53", "proto=udp fragment=0 sport=53 dport=99"),
    (YES, "-p udp -m multiport ! --ports 53", "proto=udp fragment=0 sport=5353 dport=99"),
    (NO, "-p tcp -m multiport ! --dports 53", "proto=tcp fragment=1"),
)
test_says = says(
    ("the destination port is 80, 443 or 1000 to 2000", "-p tcp -m multiport --dports 80,443,1000:2000"),
    ("the packet is not to or from port 53", "-p udp -m multiport ! --ports 53"),
)
