"""Target nfqueue: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Queue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j NFQUEUE --queue-num 0", "-j NFQUEUE"),
    "-j NFQUEUE --queue-num 5 --queue-bypass",
    ("-j NFQUEUE --queue-balance 0:5 --queue-bypass --queue-cpu-fanout", "-j NFQUEUE --queue-balance 0:5 --queue-cpu-fanout --queue-bypass"),
    ("error: is not a range a:b of queues", "-j NFQUEUE --queue-balance 5"),
    ("error: is not a range a:b of queues", "-j NFQUEUE --queue-balance 5:5"),
    ("error: needs --queue-balance", "-j NFQUEUE --queue-num 1 --queue-cpu-fanout"),
)
test_does = does(
    (Queue(0, False), "-j NFQUEUE"), (Queue(5, True), "-j NFQUEUE --queue-num 5 --queue-bypass"), (Queue(2), "-j NFQUEUE --queue-balance 2:5")
)
test_says = says(("the queue is one of 2 to 5", "-j NFQUEUE --queue-balance 2:5"))
