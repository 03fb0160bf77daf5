"""Match icmp6: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-p ipv6-icmp -m icmp6 --icmpv6-type 128",
    ("-p ipv6-icmp -m icmp6 --icmpv6-type 128", "-p icmpv6 --icmpv6-type echo-request"),
    ("-p ipv6-icmp -m icmp6 ! --icmpv6-type 1/3", "-p icmpv6 -m icmpv6 ! --icmpv6-type 1/3"),
    ("error: needs -p ipv6-icmp", "-p icmp -m icmp6 --icmpv6-type 128"),
    family=6,
)
test_holds = holds(
    (YES, "-p icmpv6 -m icmp6 --icmpv6-type 135", "proto=icmpv6 fragment=0 icmp_type=135"),
    (NO, "-p icmpv6 -m icmp6 --icmpv6-type 255", "proto=icmpv6 fragment=0 icmp_type=135"),
    (YES, "-p icmpv6 -m icmpv6 ! --icmpv6-type 255", "proto=icmpv6 fragment=0 icmp_type=135"),
    family=6,
)
test_says = says(("the ICMPv6 type is 128 (echo-request)", "-p icmpv6 -m icmp6 --icmpv6-type 128"), family=6)
