"""Match cpu: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads("-m cpu ! --cpu 1", ("error: needs --cpu", "-m cpu"))
test_holds = holds((UNKNOWN, "-m cpu --cpu 1", "proto=tcp"), (YES, "-m cpu ! --cpu 1", "cpu:1=no"))
test_says = says(("the processor is not number 1", "-m cpu ! --cpu 1"))
