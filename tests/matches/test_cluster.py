"""Match cluster: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m cluster ! --cluster-local-nodemask 0x00000003 --cluster-total-nodes 4 --cluster-hash-seed 0x00000005",
    ("-m cluster --cluster-local-nodemask 0x00000002 --cluster-total-nodes 2 --cluster-hash-seed 0x00000005",
     "-m cluster --cluster-total-nodes 2 --cluster-local-node 2 --cluster-hash-seed 5"),
    ("error: there are not so many nodes", "-m cluster --cluster-total-nodes 2 --cluster-local-node 3 --cluster-hash-seed 5"),
    ("error: needs --cluster-hash-seed", "-m cluster --cluster-total-nodes 2 --cluster-local-node 2"),
)  # fmt: skip
test_holds = holds(
    (NO, "-m cluster --cluster-total-nodes 2 --cluster-local-node 2 --cluster-hash-seed 5", "ctstate=INVALID"),
    (UNKNOWN, "-m cluster --cluster-total-nodes 2 --cluster-local-node 2 --cluster-hash-seed 5", "ctstate=NEW"),
)
test_unknown = unknown(("cluster:0x00000002:2:0x00000005", None, "-m cluster --cluster-total-nodes 2 --cluster-local-node 2 --cluster-hash-seed 5"))
test_says = says(
    ("the number of nodes is 2, the node is not number 2, the seed is 0x00000005",
     "-m cluster --cluster-total-nodes 2 ! --cluster-local-node 2 --cluster-hash-seed 5"),
)  # fmt: skip
