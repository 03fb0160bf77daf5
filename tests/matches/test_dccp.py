"""Match dccp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads(
    ("-p dccp -m dccp --sport 1:2 ! --dport 5 --dccp-types REQUEST,DATA --dccp-option 5",
     "-p dccp -m dccp --dccp-option 5 --dccp-types data,request ! --dport 5 --sport 1:2"),
    ("error: is not one of REQUEST", "-p dccp -m dccp --dccp-types HELLO"),
)  # fmt: skip
test_holds = holds(
    (NO, "-p dccp -m dccp --dport 5 --dccp-types DATA", "proto=dccp fragment=0 dport=6"),
    (UNKNOWN, "-p dccp -m dccp --dport 5 --dccp-types DATA", "proto=dccp fragment=0 dport=5"),
)
test_says = says(("the DCCP type is DATA or ACK", "-p dccp -m dccp --dccp-types ACK,DATA"))
