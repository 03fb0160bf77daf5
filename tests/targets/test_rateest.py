"""Target rateest: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j RATEEST --rateest-name foo --rateest-interval 250.0ms --rateest-ewmalog 2.0s",
     "-j RATEEST --rateest-ewmalog 2s --rateest-name foo --rateest-interval 250ms"),
    ("-j RATEEST --rateest-name foo --rateest-interval 1.0s --rateest-ewmalog 4.0s",
     "-j RATEEST --rateest-name foo --rateest-interval 700ms --rateest-ewmalog 3s"),
    ("error: too long: at most 8s", "-j RATEEST --rateest-name foo --rateest-interval 9s --rateest-ewmalog 100s"),
    ("error: out of range for that interval", "-j RATEEST --rateest-name foo --rateest-interval 1s --rateest-ewmalog 1s"),
    ("error: is not a time", "-j RATEEST --rateest-name foo --rateest-interval 1h --rateest-ewmalog 2s"),
)  # fmt: skip
test_does = does((Continue("rate estimated"), "-j RATEEST --rateest-name foo --rateest-interval 250ms --rateest-ewmalog 2s"))
test_says = says(
    ("the estimate is foo, the interval is 250.0ms, the time of the average is 2.0s",
     "-j RATEEST --rateest-name foo --rateest-interval 250ms --rateest-ewmalog 2s"),
)  # fmt: skip
