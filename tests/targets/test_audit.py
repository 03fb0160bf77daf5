"""Target audit: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j AUDIT --type accept", ("error: is not one of accept", "-j AUDIT --type ACCEPT"))
test_does = does((Continue("audited"), "-j AUDIT --type drop"))
test_says = says(("the record is of type drop", "-j AUDIT --type drop"))
