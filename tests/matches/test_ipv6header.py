"""Match ipv6header: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, holds, reads, says

test_reads_and_saves = reads(
    "-m ipv6header --header hop-by-hop,esp --soft",
    ("-m ipv6header ! --header hop-by-hop,protocol", "-m ipv6header ! --header prot,0"),
    ("error: is not a list of", "-m ipv6header --header tcp"),
    family=6,
)
test_holds = holds((NO, "-m ipv6header ! --header esp --soft", "ipv6header:esp:--soft=yes"), family=6)
test_says = says(("the set of extension headers is not hop-by-hop,esp", "-m ipv6header ! --header esp,hop-by-hop"), family=6)
