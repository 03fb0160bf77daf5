"""Target dscp: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Assign
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j DSCP --set-dscp 0x05", "-j DSCP --set-dscp 5"),
    ("-j DSCP --set-dscp 0x2e", "-j DSCP --set-dscp-class EF"),
    ("error: is not one of CS0", "-j DSCP --set-dscp-class XX"),
)
test_does = does((Assign("tos", 0xB8, 0xFC), "-j DSCP --set-dscp-class ef"))
test_says = says(("the DSCP becomes 0x2e", "-j DSCP --set-dscp-class EF"))
