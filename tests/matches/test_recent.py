"""Match recent: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m recent --set --name SSH --mask 255.255.255.255 --rsource",
    ("-m recent --set --name DEFAULT --mask 255.255.255.255 --rsource", "-m recent --set"),
    ("-m recent ! --rcheck --seconds 60 --hitcount 3 --rttl --name ssh --mask 255.255.255.0 --rdest",
     "-m recent --name ssh --rdest --mask 255.255.255.0 ! --rcheck --hitcount 3 --seconds 60 --rttl"),
    "-m recent --update --seconds 60 --reap --name x --mask 255.255.255.255 --rsource",
    ("error: needs --set", "-m recent --name x"),
    ("error: exclude each other", "-m recent --set --rcheck"),
    ("error: exclude each other", "-m recent --set --rttl"),
    ("error: exclude each other", "-m recent --remove --seconds 5"),
    ("error: --reap needs --seconds", "-m recent --rcheck --reap"),
)  # fmt: skip
test_reads_and_saves_ipv6 = reads(
    ("-m recent --set --name DEFAULT --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource", "-m recent --set"), family=6
)
test_holds = holds(
    (YES, "-m recent --set", "src=10.0.0.1"),
    (NO, "-m recent ! --set", "src=10.0.0.1"),
    (UNKNOWN, "-m recent --rcheck", "src=10.0.0.1"),
)
test_unknown = unknown(
    ("recent:ssh:src:--seconds 60:--hitcount 4", False, "-m recent --update --name ssh --seconds 60 --hitcount 4"),
    ("recent:DEFAULT:dst", False, "-m recent --remove --rdest"),
)
test_says = says(("the address is not on the list, the list is ssh", "-m recent ! --rcheck --name ssh"))
