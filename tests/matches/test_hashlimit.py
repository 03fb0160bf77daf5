"""Match hashlimit: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name foo --hashlimit-srcmask 24",
    "-m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-name foo",
    ("-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name foo",
     "-m hashlimit --hashlimit 5/s --hashlimit-name foo --hashlimit-mode srcip --hashlimit-srcmask 32 --hashlimit-htable-expire 1000"),
    ("-m hashlimit --hashlimit-above 5/min --hashlimit-burst 5 --hashlimit-name foo", "-m hashlimit ! --hashlimit-upto 5/min --hashlimit-name foo"),
    ("-m hashlimit --hashlimit-upto 5/min --hashlimit-burst 5 --hashlimit-name foo", "-m hashlimit ! --hashlimit-above 5/min --hashlimit-name foo"),
    "-m hashlimit --hashlimit-above 5/sec --hashlimit-burst 5 --hashlimit-name foo --hashlimit-rate-match --hashlimit-rate-interval 4",
    (("-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name foo --hashlimit-htable-size 1048576"
     " --hashlimit-htable-expire 3600000 --hashlimit-rate-match --hashlimit-rate-interval 3600"),
     "-m hashlimit --hashlimit-upto 5/hour --hashlimit-name foo --hashlimit-htable-size 2000000 --hashlimit-rate-match"),
    ("error: is not a name of a file", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name a/b"),
    ("error: is out of range: 1 to 1000000", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 1000001 --hashlimit-name foo"),
    ("error: is less than the rate: 524288b", "-m hashlimit --hashlimit-upto 512kb/s --hashlimit-burst 5 --hashlimit-name foo"),
    ("error: is out of range", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-htable-expire 0 --hashlimit-name foo"),
    ("error: is out of range", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-rate-interval 0 --hashlimit-name foo"),
    ("error: needs --hashlimit-upto", "-m hashlimit --hashlimit-name foo"),
    ("error: needs --hashlimit-name", "-m hashlimit --hashlimit-upto 5/sec"),
)  # fmt: skip
test_holds = holds((UNKNOWN, "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name foo", "proto=tcp"))
test_unknown = unknown(
    ("hashlimit:foo:upto:5/sec", True, "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name foo"),
    ("hashlimit:foo:above:5/sec", False, "-m hashlimit --hashlimit-above 5/sec --hashlimit-name foo"),
    ("hashlimit:foo:above:5/sec", False, "-m hashlimit ! --hashlimit-upto 5/sec --hashlimit-name foo"),
)
test_says = says(("the rate is above 512kb/s, the table is foo", "-m hashlimit --hashlimit-above 512kb/s --hashlimit-name foo"))
