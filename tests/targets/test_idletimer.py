"""Target idletimer: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j IDLETIMER --timeout 5 --label foo --alarm",
    ("error: needs --label", "-j IDLETIMER --timeout 5"),
    ("error: is out of range", "-j IDLETIMER --timeout 2147483 --label foo"),
)
test_does = does((Continue("timer started"), "-j IDLETIMER --timeout 5 --label foo"))
test_says = says(("the time is 5 seconds, the timer is foo", "-j IDLETIMER --timeout 5 --label foo"))
