"""Match sctp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-p sctp -m sctp --sport 1 --chunk-types any DATA:Ube,INIT",
    "-p sctp -m sctp ! --chunk-types only ALL",
    ("-p sctp -m sctp --chunk-types all DATA,SACK,ABORT:T", "-p sctp -m sctp --chunk-types all ABORT:T,SACK,DATA"),
    ("error: is not any, all or only", "-p sctp -m sctp --chunk-types some DATA"),
    ("error: is not an SCTP chunk type", "-p sctp -m sctp --chunk-types any INIT:U"),
)
test_holds = holds(
    (YES, "-p sctp -m sctp ! --dport 80", "proto=sctp fragment=0 dport=81"),
    (NO, "-p sctp -m sctp ! --dport 80", "proto=sctp fragment=1 dport=81"),
    (UNKNOWN, "-p sctp -m sctp --chunk-types any DATA", "proto=sctp fragment=0"),
    (UNKNOWN, "-p sctp -m sctp ! --chunk-types any DATA", "proto=sctp fragment=0"),
)
test_says = says(("the list of SCTP chunks is any DATA", "-p sctp -m sctp --chunk-types any DATA"))
