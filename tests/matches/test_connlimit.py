"""Match connlimit: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import reads, says, unknown

test_reads_and_saves = reads(
    ("-m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr", "-m connlimit --connlimit-above 5"),
    ("-m connlimit --connlimit-upto 5 --connlimit-mask 24 --connlimit-daddr",
     "-m connlimit ! --connlimit-above 5 --connlimit-daddr --connlimit-mask 24"),
    ("-m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr", "-m connlimit --connlimit-above 5 --connlimit-mask 128"),
    ("error: needs --connlimit-upto", "-m connlimit --connlimit-mask 24"),
)  # fmt: skip
test_reads_and_saves_ipv6 = reads(
    ("-m connlimit --connlimit-above 5 --connlimit-mask 128 --connlimit-saddr", "-m connlimit --connlimit-above 5"), family=6
)
test_unknown = unknown(
    ("connlimit:above:5", False, "-m connlimit --connlimit-above 5"),
    ("connlimit:above:0", True, "-m connlimit --connlimit-above 0"),
    ("connlimit:upto:5", True, "-m connlimit ! --connlimit-above 5"),
)
test_says = says(("the number of connections is not above 5", "-m connlimit ! --connlimit-above 5"))
