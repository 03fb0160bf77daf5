"""Target checksum: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads("-p udp -j CHECKSUM --checksum-fill", ("error: needs --checksum-fill", "-j CHECKSUM"))
test_does = does((Continue("checksum filled in"), "-j CHECKSUM --checksum-fill"))
test_says = says(("the checksum is filled in", "-j CHECKSUM --checksum-fill"))
