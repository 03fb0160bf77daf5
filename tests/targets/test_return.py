"""Target return: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Return
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j RETURN")
test_does = does((Return(), "-j RETURN"))
test_says = says(("go on after the rule that jumped here; from a built-in chain, to its policy", "-j RETURN"))
