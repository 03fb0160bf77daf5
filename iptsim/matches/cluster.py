"""cluster: which node of a cluster is to handle the connection."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import TRACKED, Match, Option
from iptsim.matches.conntrack import CONNECTION
from iptsim.predicate import Pred, Unknown, both, given

MASK = values.hexadecimal(0xFFFFFFFF, 8)
# iptables 1.8.9 reads no greater mask back, though --cluster-local-node is saved as one.
NODES = values.drawing(MASK, "1", "2", "3", "32")
NODE = values.drawing(values.number(32, 1), "1", "2", "6")


class Cluster(Match, name="cluster"):
    """Share connections among the nodes of a cluster by a hash of the first source. Which node gets one is not worked out here."""

    conntrack = True

    mask = Option("--cluster-local-nodemask", NODES, says="the node is one of {}", negatable=True)
    node = Option("--cluster-local-node", NODE, says="the node is number {}", negatable=True, excludes=("--cluster-local-nodemask",))
    total = Option("--cluster-total-nodes", values.number(32, 1), says="the number of nodes is {}", required=True)
    seed = Option("--cluster-hash-seed", MASK, says="the seed is {}", required=True)

    def problem(self) -> str | None:
        if not self.has(Cluster.mask) and not self.has(Cluster.node):
            return "cluster needs --cluster-local-node or --cluster-local-nodemask"
        return "there are not so many nodes: --cluster-total-nodes is less" if self._mine >> self.get(Cluster.total) else None

    @property
    def _mine(self) -> int:
        mask: int = self.get(Cluster.mask, 0)
        return 1 << (self.get(Cluster.node) - 1) if self.has(Cluster.node) else mask

    def asks(self) -> Pred:
        key = ("cluster", MASK.save(self._mine), str(self.get(Cluster.total)), MASK.save(self.get(Cluster.seed)))
        mine = Unknown("which node of the cluster gets the connection is not worked out", key, CONNECTION)
        return both(TRACKED, given(mine, self.negated(Cluster.node) or self.negated(Cluster.mask)))

    def words(self) -> str:
        """A single node is saved as its mask."""
        return super().words().replace(f"--cluster-local-node {self.get(Cluster.node)}", f"--cluster-local-nodemask {MASK.save(self._mine)}")
