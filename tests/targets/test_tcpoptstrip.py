"""Target tcpoptstrip: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-p tcp -j TCPOPTSTRIP --strip-options 4,5,19", "-p tcp -j TCPOPTSTRIP --strip-options sack-permitted,md5,5"),
    ("error: needs -p tcp", "-j TCPOPTSTRIP --strip-options 5"),
)
test_does = does((Continue("TCP options taken out"), "-p tcp -j TCPOPTSTRIP --strip-options 5"))
test_says = says(("the TCP options taken out are 3,8", "-p tcp -j TCPOPTSTRIP --strip-options timestamp,wscale"))
