"""Match ecn: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says, stands

test_reads_and_saves = reads(
    ("-p tcp -m ecn ! --ecn-tcp-ece --ecn-tcp-cwr --ecn-ip-ect 2", "-p tcp -m ecn --ecn-ip-ect 2 --ecn-tcp-cwr ! --ecn-tcp-ece"),
    ("error: is out of range", "-m ecn --ecn-ip-ect 4"),
    ("error: needs at least one option", "-m ecn"),
)
test_stands = stands(
    ("-m ecn with these options needs -p tcp", "filter:INPUT -m ecn --ecn-tcp-cwr"),
    ("", "filter:INPUT -m ecn --ecn-ip-ect 2"),
)
test_holds = holds(
    (YES, "-m ecn --ecn-ip-ect 2", "tos=0x12"),
    (YES, "-p tcp -m ecn --ecn-tcp-cwr ! --ecn-tcp-ece", "proto=tcp tcp_flags=CWR,ACK"),
    (NO, "-p tcp -m ecn --ecn-tcp-cwr ! --ecn-tcp-ece", "proto=tcp tcp_flags=CWR,ECE"),
)
test_says = says(("the TCP flag ECE is not set", "-p tcp -m ecn ! --ecn-tcp-ece"))
