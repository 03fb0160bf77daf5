"""Target connsecmark: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j CONNSECMARK --save", "-j CONNSECMARK --restore", ("error: needs --save or --restore", "-j CONNSECMARK"))
test_does = does((Continue("security mark copied"), "-j CONNSECMARK --save"))
test_says = says(("the security mark is restored from the connection", "-j CONNSECMARK --restore"))
