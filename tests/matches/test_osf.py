"""Match osf: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads("-p tcp -m osf --genre Linux --ttl 1 --log 0", ("error: needs --genre", "-p tcp -m osf"))
test_holds = holds((NO, "-p tcp -m osf ! --genre Linux", "proto=udp"), (UNKNOWN, "-p tcp -m osf --genre Linux", "proto=tcp fragment=0"))
test_says = says(("the sender's system is not Linux", "-p tcp -m osf ! --genre Linux"))
