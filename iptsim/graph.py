"""The chains of a ruleset as a networkx graph: who jumps to whom, in circles, or not at all."""

from __future__ import annotations

import networkx as nx

from iptsim.effect import Goto, Jump
from iptsim.ruleset import Ruleset

Node = tuple[str, str]  # table, chain


def graph(ruleset: Ruleset) -> nx.MultiDiGraph:
    """A node for each chain, an edge for each rule that jumps or goes to another.

    Nodes are (table, chain), with `table chain built_in policy rules` (their number) and `referenced`: can a packet get there from a built-in
    chain? Edges have the rule's id as their key, and `kind` ("jump" or "goto"), `rule` (the id) and `text`. Chains and rules keep the dump's order.

    >>> import iptsim
    >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n:web -\\n:old -\\n-A INPUT -p tcp -j web\\n-A web -j ACCEPT\\nCOMMIT\\n")
    >>> list(rs.graph().edges(data="text"))
    [(('filter', 'INPUT'), ('filter', 'web'), '-A INPUT -p tcp -j web')]
    >>> unreferenced(rs)
    [('filter', 'old')]
    """
    made = nx.MultiDiGraph()
    for table in ruleset:
        for chain in table:
            made.add_node(
                (table.name, chain.name),
                table=table.name,
                chain=chain.name,
                built_in=chain.built_in,
                policy=chain.policy,
                rules=len(chain),
                referenced=chain.built_in,
            )
    for rule in ruleset.rules():
        effect = rule.target.effect if rule.target else None
        if isinstance(effect, Jump | Goto) and (rule.table, effect.chain) in made:
            kind = "jump" if isinstance(effect, Jump) else "goto"
            made.add_edge((rule.table, rule.chain), (rule.table, effect.chain), rule.id, kind=kind, rule=rule.id, text=rule.text)
    starts = [node for node, built_in in made.nodes(data="built_in") if built_in]
    for node in set().union(*(nx.descendants(made, start) for start in starts)):
        made.nodes[node]["referenced"] = True
    return made


def loops(ruleset: Ruleset) -> list[tuple[Node, ...]]:
    """The circles of jumps, one for each knot of chains that reach each other: its shortest through the chain that stands first in the dump."""
    made = graph(ruleset)
    place = {node: at for at, node in enumerate(made)}
    found = []
    for knot in nx.strongly_connected_components(made):
        first = min(knot, key=place.__getitem__)
        ways = [nx.shortest_path(made, after, first) for after in made.successors(first) if after in knot]
        if ways:
            found.append((first, *min(ways, key=len)[:-1]))
    return sorted(found, key=lambda circle: place[circle[0]])


def unreferenced(ruleset: Ruleset) -> list[Node]:
    """The chains that no packet gets to: nothing that starts at a built-in chain jumps there. In the dump's order."""
    return [node for node, referenced in graph(ruleset).nodes(data="referenced") if not referenced]
