"""Match frag: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads(
    "-m frag --fragid 5 --fraglen 5 --fragres --fragfirst --fragmore",
    "-m frag ! --fragid 5:10 --fraglast",
    ("error: exclude each other", "-m frag --fragmore --fraglast"),
    family=6,
)
test_holds = holds((UNKNOWN, "-m frag --fraglast", "proto=udp"), (NO, "-m frag --fraglast", "fraglast=no"), family=6)
test_says = says(("the fragment is the last", "-m frag --fraglast"), family=6)
