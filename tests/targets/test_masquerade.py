"""Target masquerade: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Translate
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads(
    "-j MASQUERADE",
    "-p tcp -j MASQUERADE --to-ports 1024-65535 --random --random-fully",
    ("error: is backwards", "-p tcp -j MASQUERADE --to-ports 6-5"),
)
test_stands = stands(
    ("needs -p tcp or -p udp", "nat:POSTROUTING -j MASQUERADE --to-ports 80"),
)
test_does = does(
    (Translate("src", "interface"), "-j MASQUERADE"),
    (Translate("src", "interface", (5, 6), random=True), "-p tcp -j MASQUERADE --to-ports 5-6 --random"),
)
test_says = says(("rewrite the source to an address of the interface that the packet leaves by", "-j MASQUERADE"))
