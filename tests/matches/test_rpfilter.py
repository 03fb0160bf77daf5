"""Match rpfilter: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads("-m rpfilter", "-m rpfilter --loose --validmark --accept-local --invert", ("error: option", "-m rpfilter --strict"))
test_holds = holds(
    (YES, "-m rpfilter", "in_interface=lo"),
    (NO, "-m rpfilter --invert", "in_interface=lo"),
    (NO, "-m rpfilter --invert", "in_interface=eth0 rpfilter=yes"),
    (UNKNOWN, "-m rpfilter", "in_interface=eth0"),
)
test_says = says(
    ("ask the routing table whether the way back to the source is the interface it came in by", "-m rpfilter"),
    ("the check is failed", "-m rpfilter --invert"),
)
