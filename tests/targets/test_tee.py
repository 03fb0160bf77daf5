"""Target tee: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    "-j TEE --gateway 1.2.3.4 --oif lo", ("error: needs --gateway", "-j TEE"), ("error: is no address", "-j TEE --gateway 0.0.0.0")
)
test_does = does((Continue("copied"), "-j TEE --gateway 1.2.3.4"))
test_says = says(("the copy is sent to 1.2.3.4", "-j TEE --gateway 1.2.3.4"))
