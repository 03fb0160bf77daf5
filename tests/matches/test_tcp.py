"""Match tcp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-p tcp -m tcp --sport 1024:65535 --dport 22",
    "-p tcp -m tcp ! --dport 22 --tcp-option 5",
    ("-p tcp -m tcp --dport 443", "-p tcp --destination-port https"),
    ("-p tcp -m tcp", "-p tcp -m tcp --sport :"),
    ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "-p tcp -m tcp --syn"),
    ("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN", "-p tcp -m tcp ! --syn"),
    ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE", "-p tcp -m tcp --tcp-flags ALL NONE"),
    ("error: needs -p tcp", "-m tcp --dport 22"),
    ("error: is backwards", "-p tcp -m tcp --dport 22:21"),
    ("error: is not a TCP flag", "-p tcp -m tcp --tcp-flags SYN,ECE SYN"),
)
test_holds = holds(
    (YES, "-p tcp -m tcp --dport 80:90", "proto=tcp fragment=0 dport=90"),
    (NO, "-p tcp -m tcp --dport 80:90", "proto=tcp fragment=0 dport=91"),
    (UNKNOWN, "-p tcp -m tcp --dport 80:90", "proto=tcp fragment=0"),
    (NO, "-p tcp -m tcp ! --dport 80", "proto=tcp fragment=1"),
    (NO, "-p tcp -m tcp ! --dport 80", "proto=udp dport=81 fragment=0"),
    (YES, "-p tcp -m tcp --syn", "proto=tcp fragment=0 tcp_flags=SYN,ECE"),
    (NO, "-p tcp -m tcp --syn", "proto=tcp fragment=0 tcp_flags=SYN,ACK"),
    (YES, "-p tcp -m tcp ! --syn", "proto=tcp fragment=0 tcp_flags=ACK"),
    (NO, "-p tcp -m tcp --tcp-flags SYN SYN,ACK", "proto=tcp fragment=0 tcp_flags=SYN,ACK"),
    (YES, "-p tcp -m tcp ! --tcp-flags SYN SYN,ACK", "proto=tcp fragment=0 tcp_flags=SYN,ACK"),
)
test_unknown = unknown(("tcp-option:5", None, "-p tcp -m tcp --tcp-option 5"))
test_says = says(
    ("the source port is 1024 to 65535, the destination port is not 22", "-p tcp -m tcp --sport 1024: ! --dport 22"),
    ("the flags set are SYN out of SYN,ACK", "-p tcp -m tcp --tcp-flags SYN,ACK SYN"),
    ("compare the TCP header", "-p tcp -m tcp"),
)
