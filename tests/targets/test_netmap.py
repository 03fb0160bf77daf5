"""Target netmap: what it reads, what it does, what it says."""

from __future__ import annotations

from ipaddress import ip_address

from iptsim.effect import Translate
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j NETMAP --to 10.0.0.0/8", ("-j NETMAP --to 10.0.0.1/32", "-j NETMAP --to 10.0.0.1"), ("error: is not an address", "-j NETMAP --to ten")
)
test_does = does((Translate("hook", ("prefix", int(ip_address("10.0.0.0")), 0xFF000000)), "-j NETMAP --to 10.1.2.3/8"))
test_says = says(("the network becomes 10.0.0.0/8", "-j NETMAP --to 10.0.0.0/8"))
