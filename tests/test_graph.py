"""graph, loops, unreferenced; the tree, dot and Mermaid."""

from __future__ import annotations

import pytest

from iptsim.extension import Goto, Jump
from iptsim.graph import graph, loops, unreferenced
from iptsim.ruleset import Chain, Rule, Ruleset, Table
from iptsim.show.graph import graph_dot, graph_mermaid, graph_text
from iptsim.source import Source

BUILT_IN = ("INPUT", "FORWARD", "OUTPUT")


def filter_table(chains: dict[str, str]) -> Ruleset:
    """One filter table; a chain's rules are words: `web` jumps there, `=web` goes there, `.` does nothing."""
    rows = [(name, number, word) for name, words in chains.items() for number, word in enumerate(words.split(), 1)]
    texts = [f"-A {name}" + ("" if word == "." else f" -g {word[1:]}" if word[0] == "=" else f" -j {word}") for name, _, word in rows]
    source = Source("\n".join(texts))
    made: dict[str, list[Rule]] = {name: [] for name in chains}
    for line, (name, number, word) in enumerate(rows, 1):
        target = None if word == "." else Goto(word[1:]) if word[0] == "=" else Jump(word)
        made[name].append(Rule("filter", name, number, None, (), target, None, source, line))
    table = {name: Chain(name, "filter", "DROP" if name in BUILT_IN else None, tuple(rules)) for name, rules in made.items()}
    return Ruleset({"filter": Table("filter", table)}, 4, "nft", source)


LOOPS = (
    ([], {"INPUT": "a a", "a": "b", "b": ""}),
    ([("a",)], {"INPUT": "a", "a": "a"}),
    ([("a", "b")], {"INPUT": "a", "a": "b", "b": "=a"}),
    ([("a", "c")], {"INPUT": "a", "a": "b c", "b": "c", "c": "a"}),  # the shortest of two
    ([("a",), ("b", "c")], {"INPUT": "", "a": "a", "b": "c", "c": "b"}),  # also where no packet gets
)


@pytest.mark.parametrize(("circles", "chains"), LOOPS)
def test_each_knot_of_chains_gives_one_circle(circles: list[tuple[str, ...]], chains: dict[str, str]) -> None:
    assert [tuple(name for _, name in circle) for circle in loops(filter_table(chains))] == circles


UNREFERENCED = (
    ([], {"INPUT": "a", "a": "=b", "b": ""}),
    (["a"], {"INPUT": "", "a": ""}),
    (["a", "b"], {"INPUT": ".", "a": "b", "b": ""}),  # only a dead chain jumps to b
    (["b", "c"], {"OUTPUT": "a", "a": "a", "b": "c", "c": "b a"}),
)


@pytest.mark.parametrize(("dead", "chains"), UNREFERENCED)
def test_a_chain_is_unreferenced_if_no_built_in_chain_leads_to_it(dead: list[str], chains: dict[str, str]) -> None:
    assert [name for _, name in unreferenced(filter_table(chains))] == dead


def test_the_graph_has_a_node_for_each_chain_and_an_edge_for_each_rule_that_leads_on() -> None:
    made = graph(filter_table({"INPUT": ". web =web", "web": ""}))
    assert made.nodes["filter", "INPUT"] == {
        "table": "filter", "chain": "INPUT", "built_in": True, "policy": "DROP", "rules": 3, "referenced": True,
    }  # fmt: skip
    assert made.nodes["filter", "web"]["policy"] is None
    edges = made["filter", "INPUT"]["filter", "web"]
    assert [(key, edge["kind"], edge["text"]) for key, edge in edges.items()] == [
        ("filter:INPUT:rule:2", "jump", "-A INPUT -j web"),
        ("filter:INPUT:rule:3", "goto", "-A INPUT -g web"),
    ]


def test_the_tree_shows_a_chain_once_and_names_dead_chains_and_loops() -> None:
    tree = graph_text(filter_table({"INPUT": "a . b", "FORWARD": "", "a": "=b .", "b": "", "dead": "dead"}))
    assert tree == (
        "filter\n"
        "  INPUT: policy DROP, 3 rules\n"
        "    1 -j a (2 rules)\n"
        "      1 -g b (no rules)\n"
        "    3 -j b (above)\n"
        "  FORWARD: policy DROP, no rules\n"
        "  no packet reaches dead: 1 rule\n"
        "  loop: dead -> dead\n"
    )


def test_a_loop_ends_in_the_tree_where_it_closes() -> None:
    assert "2 -j a (above)\n" in graph_text(filter_table({"INPUT": "a", "a": "b", "b": ". a"}))


def test_ten_thousand_chains_deep_is_no_deeper_for_python() -> None:
    chain = {"INPUT": "c0"} | {f"c{n}": f"c{n + 1}" for n in range(10_000)} | {"c10000": "c0"}
    deep = filter_table(chain)
    assert len(loops(deep)[0]) == 10_001
    assert "(10001 deep) 1 -j c10000 (1 rule)\n" in graph_text(deep)
    assert graph_dot(deep).count("->") == graph_mermaid(deep).count("-->") == 10_002


def test_dot_has_clusters_dashed_gotos_and_grey_dead_chains() -> None:
    assert graph_dot(filter_table({"INPUT": "a =a a", "a": "", "b": ""})).splitlines()[4:] == [
        "  subgraph cluster_0 {",
        '    label="filter";',
        '    "filter:INPUT" [label="INPUT: policy DROP, 3 rules"];',
        '    "filter:a" [label="a: no rules", style=rounded];',
        '    "filter:b" [label="b: no rules", color=gray, fontcolor=gray];',
        "  }",
        '  "filter:INPUT" -> "filter:a" [label="rule 2", tooltip="-A INPUT -g a", style=dashed];',
        '  "filter:INPUT" -> "filter:a" [label="rules 1, 3", tooltip="-A INPUT -j a\\n-A INPUT -j a"];',
        "}",
    ]


def test_mermaid_has_subgraphs_dotted_gotos_and_grey_dead_chains() -> None:
    assert graph_mermaid(filter_table({"INPUT": "a =a", "a": "", "b": ""})).splitlines() == [
        "flowchart LR",
        '  subgraph t0["filter"]',
        '    c0["INPUT: policy DROP, 2 rules"]',
        '    c1("a: no rules")',
        '    c2("b: no rules"):::dead',
        "  end",
        '  c0 -.->|"rule 2"| c1',
        '  c0 -->|"rule 1"| c1',
        "  classDef dead color:#888,stroke:#888",
    ]


HOSTILE = 'x"];<b>\x1b[31m\u202e`#&:y'


@pytest.mark.parametrize("show", [graph_text, graph_dot, graph_mermaid])
def test_a_hostile_name_gets_no_control_character_out(show) -> None:
    shown = show(filter_table({"INPUT": HOSTILE, HOSTILE: f"={HOSTILE}"}))
    assert shown.replace("\n", "").isprintable()


def test_a_hostile_name_stays_inside_its_quotes() -> None:
    hostile = filter_table({"INPUT": HOSTILE, HOSTILE: ""})
    assert r'"filter:x\"];<b>\\x1b[31m\\u202e`#&:y" [label="x\"];<b>\\x1b[31m\\u202e`#&:y: no rules"' in graph_dot(hostile)
    assert 'c1("x#34;];#60;b#62;#92;x1b[31m#92;u202e#96;#35;#38;:y: no rules")' in graph_mermaid(hostile)
