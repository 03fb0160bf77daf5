"""The dumps that the tests of the reader share."""

from __future__ import annotations

from pathlib import Path

from iptsim.reader.dump import Asked, dumps, ruleset
from iptsim.ruleset import Rule, Ruleset
from iptsim.source import Source

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAVED = sorted([*FIXTURES.glob("generators/*-save"), *FIXTURES.glob("scenarios/*.txt"), *FIXTURES.glob("scenarios/*/before.txt")])


def text_of(path: Path) -> str:
    """As it is, line ends included."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def read_all(text: str, remember: bool = True, family: int | None = None) -> list[Ruleset]:
    """Every ruleset of a text; without `remember` lark parses each line."""
    source = Source(text)
    return [ruleset(source, dump, Asked(family=family, remember=remember)) for dump in dumps(source)]


def said(rule: Rule) -> tuple[object, ...]:
    """All that a rule says, to compare."""
    return rule[:7], rule.line, rule.columns, [(type(part), part.save()) for part in rule.parts]


def table(rules: str, chains: str = ":INPUT ACCEPT [0:0]\n", name: str = "filter") -> str:
    """A table with these rules, as if written by hand."""
    return f"*{name}\n{chains}{rules}\nCOMMIT\n"
