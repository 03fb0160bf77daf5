"""Target dnat: what it reads, what it does, what it says."""

from __future__ import annotations

from ipaddress import ip_address

from iptsim.effect import Translate
from tests.cases import does, reads, says, stands

ONE, NINE = (int(ip_address(f"10.0.0.{last}")) for last in (1, 9))

test_reads_and_saves = reads(
    "-p tcp -j DNAT --to-destination 10.0.0.1:80",
    "-p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.9:80-90/5080 --random --persistent",
    "-p tcp -j DNAT --to-destination :8080",
    ("-j DNAT --to-destination 10.0.0.1", "-j DNAT --to-destination 10.0.0.1-10.0.0.1"),
    ("error: needs --to-destination", "-j DNAT"),
    ("error: is backwards", "-j DNAT --to-destination 10.0.0.9-10.0.0.1"),
)
test_reads_and_saves_ipv6 = reads("-p tcp -j DNAT --to-destination [2001:db8::1-2001:db8::5]:80", "-j DNAT --to-destination 2001:db8::1", family=6)
test_stands = stands(
    ("needs -p tcp or -p udp", "nat:PREROUTING -j DNAT --to-destination 10.0.0.1:80"),
    ("", "nat:PREROUTING -j DNAT --to-destination 10.0.0.1"),
)
test_does = does(
    (Translate("dst", ("range", ONE, ONE), (80, 80)), "-p tcp -j DNAT --to-destination 10.0.0.1:80"),
    (Translate("dst", ("range", ONE, NINE), persistent=True), "-j DNAT --to-destination 10.0.0.1-10.0.0.9 --persistent"),
    (Translate("dst", None, (80, 90), 5080), "-p tcp -j DNAT --to-destination :80-90/5080"),
)
test_says = says(("the destination becomes 10.0.0.1:80", "-p tcp -j DNAT --to-destination 10.0.0.1:80"))
