"""Match tcpmss: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads("-p tcp -m tcpmss ! --mss 5:10", ("error: needs --mss", "-p tcp -m tcpmss"))
test_holds = holds((NO, "-p tcp -m tcpmss ! --mss 5", "proto=udp"), (UNKNOWN, "-p tcp -m tcpmss --mss 5", "proto=tcp fragment=0"))
test_says = says(("the MSS is not 5 to 10", "-p tcp -m tcpmss ! --mss 5:10"))
