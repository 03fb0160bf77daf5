"""Target set: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Change
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads(
    "-j SET --add-set foo src,dst --exist --timeout 5",
    "-j SET --del-set bar src",
    ("error: needs --add-set", "-j SET"),
    ("error: --map-set needs", "-j SET --map-set foo src"),
    ("error: --exist needs --add-set", "-j SET --del-set foo src --exist"),
)
test_stands = stands(
    ("", "mangle:OUTPUT -j SET --map-set foo src,dst --map-mark --map-prio"),
    ("only for the table mangle", "filter:OUTPUT -j SET --map-set foo src,dst --map-mark"),
    ("is not allowed in INPUT", "mangle:INPUT -j SET --map-set foo src --map-queue"),
)
test_does = does((Change(("foo",)), "-j SET --add-set foo src"))
test_says = says(("the set added to is foo src", "-j SET --add-set foo src"))
