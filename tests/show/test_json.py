"""What --format json prints keeps to the schema that `iptsim schema` prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import iptsim
from iptsim.show.extensions import known, named
from iptsim.show.json import explanation_json, extensions_json, graph_json
from iptsim.show.schema import SCHEMAS

ROOT = Path(__file__).parent.parent.parent
DUMPS = sorted(path for path in (ROOT / "fixtures").rglob("*") if path.is_file() and b"\n*filter\n" in b"\n" + path.read_bytes()[:200_000])
IDS = [path.name for path in DUMPS]
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"in_interface": "eth0", "proto": "tcp", "dport": 22},
    {"from_host": True, "proto": "udp", "dport": 53},
    {"proto": "tcp", "dport": "80,443", "ctstate": "ESTABLISHED", "tcp_flags": "ACK"},
)


def check(name: str, text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMAS[name]).validate(value)
    assert text.isascii()
    return value


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["properties"]["schema"] == {"const": f"iptsim/{name}/1"}


@pytest.mark.parametrize("path", DUMPS, ids=IDS)
def test_every_answer_keeps_to_the_schema(path: Path) -> None:
    for ruleset in iptsim.load_all(path):
        for question in QUESTIONS:
            value = check("explain", explanation_json(ruleset.explain(**question)))
            assert value["flow"] == question


@pytest.mark.parametrize("path", DUMPS, ids=IDS)
def test_every_graph_keeps_to_the_schema(path: Path) -> None:
    for ruleset in iptsim.load_all(path):
        value = check("graph", graph_json(ruleset))
        assert len(value["chains"]) == sum(len(table) for table in ruleset)


def test_a_loop_is_in_the_graph() -> None:
    ruleset = iptsim.load(ROOT / "fixtures/made/links.txt")
    assert check("graph", graph_json(ruleset))["loops"] or not [edge for edge in ruleset.graph().edges if edge[0] == edge[1]]


def test_the_extensions_keep_to_the_schema() -> None:
    value = check("extensions", extensions_json(known()))
    assert {entry["name"] for entry in value["extensions"]} >= {"tcp", "conntrack", "DNAT", "REJECT"}
    assert [entry["kind"] for entry in check("extensions", extensions_json(named("set")))["extensions"]] == ["match"]


def test_the_documented_fields_are_there() -> None:
    value = check("explain", explanation_json(iptsim.load(ROOT / "fixtures/seed/docker-after-install.txt").explain(src="172.17.0.2", dport=80)))
    first = value["cases"][0]
    assert value["verdict"] == "MIXED"
    assert first["decided_by"] == "filter:FORWARD:rule:5"
    assert first["line"] == 17
    assert first["connection"] == "ok"
    assert first["steps"][-1]["changes"] == {"src": None}
    assert value["assumptions"][0] == {"text": "docker0 holds 172.17.0.0/16", "from": "nat:POSTROUTING:rule:1"}
