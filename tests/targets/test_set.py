"""Target set: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j SET --add-set foo src,dst --exist --timeout 5",
    "-j SET --del-set bar src",
    "-j SET --map-set foo src,dst --map-mark",
    ("error: needs --add-set", "-j SET"),
    ("error: --exist needs --add-set", "-j SET --del-set foo src --exist"),
)
test_does = does((Continue("set changed"), "-j SET --add-set foo src"))
test_says = says(("the set added to is foo src", "-j SET --add-set foo src"))
