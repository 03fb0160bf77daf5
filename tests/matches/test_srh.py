"""Match srh: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m srh",
    "-m srh --srh-next-hdr 17 --srh-segs-left-eq 1 --srh-last-entry-eq 4 --srh-tag 0",
    ("-m srh ! --srh-psid a::5/128 --srh-nsid b::/64", "-m srh --srh-nsid b::1/64 ! --srh-psid a::5"),
    ("-m srh --srh-last-entry-eq 0 ! --srh-last-entry-gt 0", "-m srh --srh-last-entry-eq 255 ! --srh-last-entry-gt 0"),
    ("error: 256 is out of range: 0 to 255", "-m srh --srh-next-hdr 256"),
    ("error: is given twice", "-m srh --srh-tag 0 --srh-tag 1"),
    family=6,
)
test_holds = holds(
    (UNKNOWN, "-m srh", "proto=tcp"),
    (NO, "-m srh ! --srh-tag 5", "srh-header=no"),
    (YES, "-m srh", "srh-header=yes"),
    (YES, "-m srh ! --srh-tag 5", "srh-header=yes srh-tag:5=no"),
    family=6,
)
test_says = says(("the tag is not 5", "-m srh ! --srh-tag 5"), family=6)
