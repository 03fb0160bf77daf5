"""Target queue: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Queue
from tests.cases import does, reads, says

test_reads_and_saves = reads("-j QUEUE")
test_does = does((Queue(0, False), "-j QUEUE"))
test_says = says(("hand the packet to the program that listens on queue 0: NFQUEUE by its older name", "-j QUEUE"))
