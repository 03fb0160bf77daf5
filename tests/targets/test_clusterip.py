"""Target CLUSTERIP: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Mystery
from tests.cases import does, reads, says, stands

_NEW = "-j CLUSTERIP --new --hashmode sourceip --clustermac 01:AA:7B:47:F7:D7 --total-nodes 2 --local-node 0 --hash-init 1"
test_reads_and_saves = reads(
    _NEW,
    (_NEW, "-j CLUSTERIP --hash-init 1 --local-node 0 --total-nodes 2 --clustermac 1:aa:7b:47:f7:d7 --hashmode sourceip --new"),
    "-j CLUSTERIP",
    ("error: --hash-init needs --new", "-j CLUSTERIP --hash-init 1"),
    ("error: is not one of sourceip", "-j CLUSTERIP --new --hashmode destip"),
    ("error: is not a MAC address", "-j CLUSTERIP --new --clustermac 01:02"),
)
test_stands = stands(("is not allowed in FORWARD", f"filter:FORWARD {_NEW}"), ("", f"filter:INPUT {_NEW}"))
test_does = does((Mystery("CLUSTERIP"), _NEW))
test_says = says(("the address is set up, of 2 hosts, this one is number 0", "-j CLUSTERIP --new --total-nodes 2 --local-node 0"))
