"""Match iprange: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    ("-m iprange --src-range 1.2.3.4-1.2.3.4 ! --dst-range 1.2.3.4-1.2.3.9", "-m iprange ! --dst-range 1.2.3.4-1.2.3.9 --src-range 1.2.3.4"),
    "-m iprange --src-range 1.2.3.4-1.2.3.3",
    ("error: is not one of IPv4", "-m iprange --src-range 2001:db8::1-2001:db8::2"),
    ("error: mixes IPv4 and IPv6", "-m iprange --src-range 1.2.3.4-::1"),
)
test_holds = holds(
    (YES, "-m iprange --src-range 10.0.0.1-10.0.0.9", "src=10.0.0.9"),
    (NO, "-m iprange --src-range 10.0.0.1-10.0.0.9", "src=10.0.0.10"),
    (YES, "-m iprange ! --dst-range 10.0.0.1-10.0.0.9", "dst=10.0.0.10"),
)
test_holds_for_ipv6 = holds((YES, "-m iprange --src-range ::1-::5", "src=::5"), family=6)
test_says = says(("the source is 10.0.0.1 to 10.0.0.9", "-m iprange --src-range 10.0.0.1-10.0.0.9"))
