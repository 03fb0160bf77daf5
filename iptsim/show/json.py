"""Answers as JSON, by the schemas of show/schema.py: ASCII, so that no terminal obeys it, fields in the order of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iptsim.questions.explanation import Explanation
    from iptsim.ruleset import Ruleset
    from iptsim.show.extensions import Entry


def text(value: Any) -> str:
    """One object, as a file."""
    return json.dumps(value, indent=1, ensure_ascii=True, default=str) + "\n"


def explanation_json(explanation: Explanation) -> str:
    """Schema iptsim/explain/1."""
    return text(explanation.to_dict())


def graph_json(ruleset: Ruleset) -> str:
    """Schema iptsim/graph/1."""
    from iptsim.graph import graph, loops

    made = graph(ruleset)
    return text(
        {
            "schema": "iptsim/graph/1",
            "file": ruleset.source.name,
            "family": ruleset.family,
            "backend": ruleset.backend,
            "chains": [dict(attributes) for _, attributes in made.nodes(data=True)],
            "jumps": [
                {"table": table, "from": chain, "to": to, **edge, "line": ruleset.rule(edge["rule"]).line}
                for (table, chain), (_, to), edge in made.edges(data=True)
            ],
            "loops": [{"table": circle[0][0], "chains": [name for _, name in circle]} for circle in loops(ruleset)],
        }
    )


def extensions_json(entries: Iterable[Entry]) -> str:
    """Schema iptsim/extensions/1."""
    return text({"schema": "iptsim/extensions/1", "extensions": [_extension(entry) for entry in entries]})


def _extension(entry: Entry) -> dict[str, Any]:
    options = [
        {
            "flag": row.option.flag,
            "aliases": list(row.option.aliases),
            "value": row.option.value.name if row.option.value else None,
            "negatable": row.option.negatable,
            "required": row.option.required,
            "families": list(row.option.only),
            "says": row.option.says,
            "exact": row.exact,
        }
        for row in entry.rows
    ]
    return {
        "kind": entry.kind, "name": entry.name, "families": list(entry.families), "exact": entry.exact, "summary": entry.summary,
        "about": entry.about, "options": options,
    }  # fmt: skip
