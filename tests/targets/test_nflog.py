"""Target nflog: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j NFLOG", "-j NFLOG --nflog-group 0 --nflog-range 0"),
    ('-j NFLOG --nflog-prefix "a b" --nflog-group 5 --nflog-size 4 --nflog-threshold 5',
     '-j NFLOG --nflog-group 5 --nflog-prefix "a b" --nflog-threshold 5 --nflog-size 4'),
    "-j NFLOG --nflog-range 5 --nflog-threshold 1",
    (f"-j NFLOG --nflog-prefix {'x' * 63}", f"-j NFLOG --nflog-prefix {'x' * 64}"),
)  # fmt: skip
test_does = does((Continue("logged"), "-j NFLOG"))
test_says = says(("the group is 5", "-j NFLOG --nflog-group 5"))
