"""The graph of chains as text: an indented tree, Graphviz's dot, Mermaid.

Names and rules come from the dump and may be hostile: everything shown is made printable, and quoted as each language wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from iptsim.graph import Node, graph, loops, unreferenced
from iptsim.ruleset import Chain, Rule, Ruleset, Table
from iptsim.source import printable

_DEEPEST = 32  # levels that are indented; deeper ones say how deep they are, so that a chain of 10 000 jumps stays readable
_MERMAID = {ord(c): f"#{ord(c)};" for c in '#"&<>`\\'}
_DOT = {ord("\\"): r"\\", ord('"'): r"\""}


# ---------------------------------------------------------------- a tree
def graph_text(ruleset: Ruleset) -> str:
    """Per table: its built-in chains, and under each the rules that lead into other chains; then what no packet reaches, and the circles.

    A chain that was shown before is marked (above) and not shown again.
    """
    jumps = _jumps(ruleset)
    circles = loops(ruleset)
    dead = unreferenced(ruleset)
    return "".join(f"{line}\n" for table in ruleset for line in _table_lines(table, jumps, circles, dead))


def _table_lines(table: Table, jumps: dict[Node, list[Jump]], circles: list[tuple[Node, ...]], dead: list[Node]) -> Iterator[str]:
    yield printable(table.name)
    for chain in table:
        if chain.built_in:
            yield f"  {_described(chain)}"
            yield from _tree_lines(table, chain, jumps)
    for name in (name for where, name in dead if where == table.name):
        yield f"  no packet reaches {_described(table[name])}"
    for circle in circles:
        if circle[0][0] == table.name:
            yield "  loop: " + " -> ".join(printable(name) for _, name in (*circle, circle[0]))


def _tree_lines(table: Table, start: Chain, jumps: dict[Node, list[Jump]]) -> Iterator[str]:
    shown = {start.name}
    ahead = [(2, jump) for jump in reversed(jumps[table.name, start.name])]
    while ahead:
        depth, (rule, _, name) = ahead.pop()
        indent = "  " * depth if depth <= _DEEPEST else f"{'  ' * _DEEPEST}({depth - 1} deep) "
        line = f"{indent}{rule.number} {_said(rule)}"
        if name in shown:
            yield f"{line} (above)"
            continue
        shown.add(name)
        yield f"{line} ({_counted(table[name])})"
        ahead += [(depth + 1, jump) for jump in reversed(jumps[table.name, name])]


# ---------------------------------------------------------------- pictures
def graph_dot(ruleset: Ruleset) -> str:
    """For Graphviz: a cluster for each table; gotos are dashed, chains that no packet reaches are grey. An arrow names its rules by number."""
    lines = ["digraph iptables {", "  rankdir=LR;", "  node [shape=box, fontname=monospace];", "  edge [fontname=monospace];"]
    dead = set(unreferenced(ruleset))
    for number, table in enumerate(ruleset):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_dot(table.name)};"]
        for chain in table:
            node = (table.name, chain.name)
            look = ", color=gray, fontcolor=gray" if node in dead else "" if chain.built_in else ", style=rounded"
            lines.append(f"    {_dot(':'.join(node))} [label={_dot(_described(chain))}{look}];")
        lines.append("  }")
    for (table_name, chain_name), jumps in _jumps(ruleset).items():
        for kind, to, rules in _arrows(jumps):
            ends = f"{_dot(f'{table_name}:{chain_name}')} -> {_dot(f'{table_name}:{to}')}"
            tip = "\n".join(rule.text for rule in rules)
            look = ", style=dashed" if kind == "goto" else ""
            lines.append(f"  {ends} [label={_dot(_numbers(rules))}, tooltip={_dot(tip)}{look}];")
    return "\n".join([*lines, "}", ""])


def graph_mermaid(ruleset: Ruleset) -> str:
    """For Mermaid, which GitHub draws: a subgraph for each table; gotos are dotted, chains that no packet reaches are grey."""
    lines = ["flowchart LR"]
    names: dict[Node, str] = {}
    dead = set(unreferenced(ruleset))
    for number, table in enumerate(ruleset):
        lines.append(f"  subgraph t{number}[{_mermaid(table.name)}]")
        for chain in table:
            node = (table.name, chain.name)
            names[node] = f"c{len(names)}"
            left, right = ("[", "]") if chain.built_in else ("(", ")")
            look = ":::dead" if node in dead else ""
            lines.append(f"    {names[node]}{left}{_mermaid(_described(chain))}{right}{look}")
        lines.append("  end")
    for node, jumps in _jumps(ruleset).items():
        for kind, to, rules in _arrows(jumps):
            arrow = "-.->" if kind == "goto" else "-->"
            lines.append(f"  {names[node]} {arrow}|{_mermaid(_numbers(rules))}| {names[node[0], to]}")
    if dead:
        lines.append("  classDef dead color:#888,stroke:#888")
    return "\n".join([*lines, ""])


# ---------------------------------------------------------------- pieces
class Jump(NamedTuple):
    """A rule that leads into another chain of its table."""

    rule: Rule
    kind: str
    to: str


def _jumps(ruleset: Ruleset) -> dict[Node, list[Jump]]:
    """What leads out of each chain, in the order of its rules."""
    made = graph(ruleset)
    out: dict[Node, list[Jump]] = {node: [] for node in made}
    for node, (_, to), attributes in made.edges(data=True):
        out[node].append(Jump(ruleset.rule(attributes["rule"]), attributes["kind"], to))
    for jumps in out.values():
        jumps.sort(key=lambda jump: jump.rule.number)
    return out


def _arrows(jumps: Iterable[Jump]) -> Iterator[tuple[str, str, list[Rule]]]:
    """Jumps of one kind to one chain, as one arrow: kind, chain, rules."""
    alike = sorted(jumps, key=lambda jump: (jump.to, jump.kind))
    for (to, kind), group in groupby(alike, key=lambda jump: (jump.to, jump.kind)):
        yield kind, to, [jump.rule for jump in group]


def _numbers(rules: list[Rule]) -> str:
    """`rule 3`, `rules 3, 5`, `rules 3, 5 and 12 more`."""
    shown = ", ".join(str(rule.number) for rule in rules[:6])
    more = f" and {len(rules) - 6} more" if len(rules) > 6 else ""
    return f"rule{'s' if len(rules) > 1 else ''} {shown}{more}"


def _described(chain: Chain) -> str:
    """`FORWARD: policy DROP, 6 rules`."""
    policy = f"policy {chain.policy}, " if chain.policy else ""
    return printable(f"{chain.name}: {policy}{_counted(chain)}")


def _counted(chain: Chain) -> str:
    return f"{len(chain)} rule{'' if len(chain) == 1 else 's'}" if len(chain) else "no rules"


def _said(rule: Rule) -> str:
    """The rule as it is written, without the chain that it stands in."""
    return printable(rule.text.removeprefix(f"-A {rule.chain} "))


def _dot(text: str) -> str:
    """A quoted string; lines end in \\n there, as they do here."""
    return '"' + "\\n".join(printable(line).translate(_DOT) for line in text.split("\n")) + '"'


def _mermaid(text: str) -> str:
    return f'"{printable(text).translate(_MERMAID)}"'
