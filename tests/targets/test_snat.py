"""Target snat: what it reads, what it does, what it says."""

from __future__ import annotations

from ipaddress import ip_address

from iptsim.effect import Translate
from tests.cases import does, reads, says, stands

ONE = int(ip_address("10.0.0.1"))

test_reads_and_saves = reads(
    "-p tcp -j SNAT --to-source 1.2.3.4-1.2.3.5:6-7 --random --random-fully --persistent",
    "-p tcp -j SNAT --to-source :6-7",
    ("error: needs --to-source", "-j SNAT"),
)
test_stands = stands(
    ("needs -p tcp or -p udp", "nat:POSTROUTING -j SNAT --to-source 10.0.0.1:80"),
)
test_does = does(
    (Translate("src", ("range", ONE, ONE)), "-j SNAT --to-source 10.0.0.1"),
    (Translate("src", ("range", ONE, ONE), (6, 7), random=True), "-p udp -j SNAT --to-source 10.0.0.1:6-7 --random-fully"),
)
test_says = says(("the source becomes 10.0.0.1", "-j SNAT --to-source 10.0.0.1"))
