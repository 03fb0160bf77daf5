"""Target tcpmss: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads(
    "-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
    "-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400",
    ("error: exclude each other", "-p tcp -j TCPMSS --set-mss 1400 --clamp-mss-to-pmtu"),
    ("error: out of range: 0 to 65515", "-p tcp -j TCPMSS --set-mss 65516"),
    ("error: needs -p tcp", "-j TCPMSS --set-mss 1400"),
)
test_stands = stands(
    ("is not allowed in INPUT", "mangle:INPUT -p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --clamp-mss-to-pmtu"),
    ("", "mangle:INPUT -p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --set-mss 1400"),
)
test_does = does((Continue("MSS lowered"), "-p tcp -j TCPMSS --set-mss 1400"))
test_says = says(("the MSS becomes 1400", "-p tcp -j TCPMSS --set-mss 1400"))
