"""Target classify: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j CLASSIFY --set-class 0001:ffff", "-j CLASSIFY --set-class 1:ffff"), ("error: is not a class", "-j CLASSIFY --set-class 5")
)
test_does = does((Continue("classified"), "-j CLASSIFY --set-class 1:1"))
test_says = says(("the traffic class becomes 0001:0010", "-j CLASSIFY --set-class 1:10"))
