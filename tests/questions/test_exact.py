"""Cases that once were not those of the kernel, or whose witness went another way."""

from __future__ import annotations

from typing import Any

import pytest

import iptsim

ROWS: list[tuple[str, str, dict[str, Any]]] = [
    ("an open TTL counts down before FORWARD", "-A FORWARD -m ttl --ttl-eq 64 -j DROP", {"in_interface": "eth0", "ttl": "any"}),
    (
        "an assumed address is an address",
        "-A FORWARD -m conntrack --ctorigsrc 10.0.0.0/8 -j DROP",
        {"in_interface": "eth0", "ctstate": "ESTABLISHED"},
    ),
    ("a mask of nothing asks nothing", "-A FORWARD -m tos --tos 0x00/0x00 -j DROP", {"in_interface": "eth0"}),
]


@pytest.mark.parametrize(("name", "rule", "flow"), ROWS, ids=[name for name, _, _ in ROWS])
def test_a_witness_goes_the_way_of_its_case(name: str, rule: str, flow: dict[str, Any]) -> None:
    rs = iptsim.parse(f"*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n{rule}\nCOMMIT\n")
    cases = rs.explain(**flow, dst="198.51.100.7", dst_type="UNICAST", proto="udp").cases
    assert "DROP" in {str(case.verdict) for case in cases}
    for case in cases:
        trace = rs.walk(case.witness)
        assert (trace.verdict, trace.fate, trace.decided_by) == (case.verdict, case.fate, case.decided_by)


def test_forward_sees_the_ttl_counted_down() -> None:
    rs = iptsim.parse("*filter\n:FORWARD ACCEPT\n-A FORWARD -m ttl --ttl-eq 64 -j DROP\nCOMMIT\n")
    dropped = rs.search(decided_by="filter:FORWARD:rule:1", in_interface="eth0", ttl="2:255", dst="198.51.100.7", dst_type="UNICAST", proto="udp")
    assert dropped.example().ttl == 65
