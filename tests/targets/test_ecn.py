"""Target ecn: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Assign
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads(
    "-p tcp -j ECN --ecn-tcp-remove",
    "-p tcp -j ECN --ecn-ip-ect 2",
    ("error: needs --ecn-tcp-remove", "-j ECN"),
    ("-p tcp -j ECN --ecn-tcp-remove", "-p tcp -j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 0"),
    ("-p tcp -j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 2", "-p tcp -j ECN --ecn-tcp-remove --ecn-ip-ect 2"),
    ("error: exclude each other", "-p tcp -j ECN --ecn-tcp-remove --ecn-tcp-ece 1"),
)
test_stands = stands(
    ("-j ECN with these options needs -p tcp", "mangle:INPUT -j ECN --ecn-tcp-remove"),
    ("", "mangle:INPUT -j ECN --ecn-ip-ect 2"),
)
test_does = does(
    (Assign("tcp_flags", 0, 0xC0), "-p tcp -j ECN --ecn-tcp-remove"),
    (Assign("tcp_flags", 0x40, 0x40), "-p tcp -j ECN --ecn-tcp-ece 1"),
    (Assign("tos", 2, 3), "-j ECN --ecn-ip-ect 2"),
    (Assign("tcp_flags", 0, 0xC0, also=Assign("tos", 2, 3)), "-p tcp -j ECN --ecn-tcp-remove --ecn-ip-ect 2"),
)
test_says = says(("the TCP flags ECE and CWR are cleared", "-p tcp -j ECN --ecn-tcp-remove"))
