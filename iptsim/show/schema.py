"""The JSON Schemas (draft 2020-12) of what --format json prints. Fields are only ever added within a schema's number."""

from __future__ import annotations

from typing import Any

from iptsim.show.extensions import MEANING
from iptsim.trace import Fate, Verdict

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_FLAG = {"type": "boolean"}
_FAMILY = {"enum": [4, 6]}
_TEXTS = {"type": "array", "items": _TEXT}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object that has these fields; others may be added later."""
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def _document(name: str, title: str, fields: dict[str, Any], defs: dict[str, Any] | None = None) -> dict[str, Any]:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{name.replace('/', ':')}", "title": title}
    return head | _object({"schema": {"const": name}, **fields}) | ({"$defs": defs} if defs else {})


# ---------------------------------------------------------------- explain
_STEP_ID = {"type": "string", "pattern": r"^(kernel:.+|[a-z]+:.+:(rule:[1-9][0-9]*|return|policy))$"}
_VERDICTS = [str(verdict) for verdict in Verdict]
_CASE_VERDICT = {"enum": [verdict for verdict in _VERDICTS if verdict != "MIXED"]}
_EFFECTS = ["accept", "drop", "reject", "queue", "return", "jump", "goto", "continue", "rewrite", "policy", "end", "note", "unknown"]
_STEP = _object(
    {"id": _STEP_ID, "hook": _TEXT, "effect": {"enum": _EFFECTS}},
    {
        "line": {"type": "integer", "minimum": 1},
        "text": _TEXT,
        "changes": {"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean", "null"]}},
        "note": _TEXT,
    },
)
_PACKET_NUMBERS = ("sport", "dport", "mark", "connmark", "ttl", "length", "tos", "uid_owner", "gid_owner")
_PACKET_TEXTS = ("src", "dst", "proto", "in_interface", "out_interface", "icmp_type", "tcp_flags", "ctstate", "ctdir", "src_type", "dst_type")
_PACKET = _object(
    {},
    dict.fromkeys(_PACKET_NUMBERS, _NUMBER)
    | dict.fromkeys((*_PACKET_TEXTS, "mac_source", "physdev_in", "physdev_out", "pkttype"), _TEXT)
    | {"from_host": _FLAG, "fragment": _FLAG, "assume": {"type": "object"}},
)
_OUT = _object({"interface": _or_null(_TEXT)}, {"src": _TEXT, "dst": _TEXT, "proto": _TEXT, "sport": _NUMBER, "dport": _NUMBER, "mark": _NUMBER})
_STEPS = _list({"$ref": "#/$defs/step"})
_REPLY = _object({"verdict": _CASE_VERDICT, "decided_by": _or_null(_STEP_ID), "steps": _STEPS})
_CASE = _object(
    {
        "when": _TEXT,
        "witness": {"$ref": "#/$defs/packet"},
        "verdict": _CASE_VERDICT,
        "fate": {"enum": [str(fate) for fate in Fate]},
        "decided_by": _or_null(_STEP_ID),
        "line": _or_null({"type": "integer", "minimum": 1}),
        "reason": _or_null(_TEXT),
        "steps": _STEPS,
        "out": _or_null(_OUT),
        "reply": _or_null(_REPLY),
        "connection": {"enum": ["ok", "broken", None]},
        "unknown": _TEXTS,
    }
)
_EXPLAIN = _document(
    "iptsim/explain/1",
    "What happens to a flow, and why",
    {
        "file": _TEXT,
        "flow": {"type": "object"},
        "verdict": {"enum": _VERDICTS},
        "exact": _FLAG,
        "cases": _list({"$ref": "#/$defs/case"}) | {"minItems": 1},
        "assumptions": _list(_object({"text": _TEXT, "from": _or_null(_TEXT)})),
        "warnings": _list(_object({"kind": _TEXT, "text": _TEXT, "line": _or_null(_NUMBER)})),
    },
    {"step": _STEP, "packet": _PACKET, "case": _CASE},
)

# ---------------------------------------------------------------- graph
_GRAPH = _document(
    "iptsim/graph/1",
    "The chains of a ruleset, and who jumps to whom",
    {
        "file": _TEXT,
        "family": _FAMILY,
        "backend": {"enum": ["legacy", "nft"]},
        "chains": _list(
            _object({"table": _TEXT, "chain": _TEXT, "built_in": _FLAG, "policy": _or_null(_TEXT), "rules": _NUMBER, "referenced": _FLAG})
        ),
        "jumps": _list(
            _object(
                {"table": _TEXT, "from": _TEXT, "to": _TEXT, "kind": {"enum": ["jump", "goto"]}, "rule": _STEP_ID, "line": _NUMBER, "text": _TEXT}
            )
        ),
        "loops": _list(_object({"table": _TEXT, "chains": _TEXTS})),
    },
)

# ---------------------------------------------------------------- extensions
_EXACT = {"enum": list(MEANING)}
_OPTION = _object(
    {
        "flag": _TEXT, "aliases": _TEXTS, "value": _or_null(_TEXT), "negatable": _FLAG, "required": _FLAG, "families": _list(_FAMILY), "says": _TEXT,
        "exact": _EXACT,
    }
)  # fmt: skip
_EXTENSIONS = _document(
    "iptsim/extensions/1",
    "The matches and targets that iptsim knows",
    {
        "extensions": _list(
            _object(
                {
                    "kind": {"enum": ["match", "target"]}, "name": _TEXT, "families": _list(_FAMILY), "exact": _EXACT, "summary": _TEXT,
                    "about": _TEXT, "options": _list(_OPTION),
                }
            )
        )
    },
)  # fmt: skip

SCHEMAS: dict[str, dict[str, Any]] = {"explain": _EXPLAIN, "graph": _GRAPH, "extensions": _EXTENSIONS}
