"""Match icmp: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-p icmp -m icmp --icmp-type any",
    "-p icmp -m icmp ! --icmp-type 3/4",
    ("-p icmp -m icmp --icmp-type 8", "-p icmp --icmp-type echo-request"),
    ("-p icmp -m icmp --icmp-type 8", "-p icmp -m icmp --icmp-type ping"),
    ("-p icmp -m icmp --icmp-type 3/4", "-p icmp -m icmp --icmp-type fragmentation-needed"),
    ("-p icmp -m icmp --icmp-type any", "-p icmp -m icmp --icmp-type 255/3"),
    ("error: needs --icmp-type", "-p icmp -m icmp"),
    ("error: is ambiguous", "-p icmp -m icmp --icmp-type host-"),
)
test_holds = holds(
    (YES, "-p icmp -m icmp --icmp-type 3", "proto=icmp fragment=0 icmp_type=3 icmp_code=9"),
    (NO, "-p icmp -m icmp --icmp-type 3/4", "proto=icmp fragment=0 icmp_type=3 icmp_code=9"),
    (YES, "-p icmp -m icmp ! --icmp-type 3/4", "proto=icmp fragment=0 icmp_type=3 icmp_code=9"),
    (YES, "-p icmp -m icmp --icmp-type any", "proto=icmp fragment=0"),
    (NO, "-p icmp -m icmp ! --icmp-type any", "proto=icmp fragment=0"),
    (NO, "-p icmp -m icmp --icmp-type any", "proto=icmp fragment=1"),
)
test_says = says(
    ("the ICMP type is 8 (echo-request)", "-p icmp -m icmp --icmp-type 8"),
    ("the ICMP type is not 3/4 (fragmentation-needed)", "-p icmp -m icmp ! --icmp-type 3/4"),
    ("the ICMP type is 3/99", "-p icmp -m icmp --icmp-type 3/99"),
)
