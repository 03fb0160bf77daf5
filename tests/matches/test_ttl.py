"""Match ttl: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m ttl ! --ttl-eq 64",
    "-m ttl --ttl-lt 2",
    ("-m ttl --ttl-eq 5", "-m ttl --ttl 5"),
    ("error: needs --ttl-eq", "-m ttl"),
    ("error: exclude each other", "-m ttl --ttl-lt 2 --ttl-gt 3"),
)
test_holds = holds(
    (YES, "-m ttl --ttl-lt 2", "ttl=1"),
    (NO, "-m ttl --ttl-lt 2", "ttl=2"),
    (NO, "-m ttl --ttl-lt 0", "ttl=0"),
    (YES, "-m ttl --ttl-gt 254", "ttl=255"),
    (YES, "-m ttl ! --ttl-eq 64", "ttl=63"),
)
test_says = says(("the TTL is not 64", "-m ttl ! --ttl-eq 64"), ("the TTL is under 2", "-m ttl --ttl-lt 2"))
