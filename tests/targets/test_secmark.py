"""Target secmark: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

CONTEXT = "system_u:object_r:httpd_packet_t:s0"

test_reads_and_saves = reads(f"-j SECMARK --selctx {CONTEXT}", ("error: needs --selctx", "-j SECMARK"))
test_does = does((Continue("security mark set"), f"-j SECMARK --selctx {CONTEXT}"))
test_says = says((f"the security context becomes {CONTEXT}", f"-j SECMARK --selctx {CONTEXT}"))
