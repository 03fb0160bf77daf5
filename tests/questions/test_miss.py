"""The rule that came nearest, and why it did not decide."""

from __future__ import annotations

import pytest

import iptsim

LIMITED = "-A INPUT -p tcp -m tcp --dport 22 -m limit --limit 6/min -j ACCEPT"
DROP = "-A INPUT -p tcp -j DROP"


@pytest.mark.parametrize(
    ("label", "rules"),
    [
        ("it did not match here: it is not known whether the limit of 6/min is used up", [LIMITED, DROP]),
        ("it did not match here: it is not known whether the limit of 6/min is used up", [LIMITED]),
        ("never reached: filter:INPUT:rule:1 decides before it", [DROP, LIMITED]),
        ("never reached: filter:INPUT:rule:1 decides before it", [DROP, "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"]),
        ("the destination port is 22 here", ["-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT", DROP]),
    ],
)
def test_the_nearest_miss_tells_why_it_missed(label: str, rules: list[str]) -> None:
    rs = iptsim.parse("\n".join(["*filter", ":INPUT DROP", *rules, "COMMIT", ""]))
    cases = rs.explain(src="192.0.2.1", dst="198.51.100.10", dst_type="LOCAL", in_interface="eth0", proto="tcp", dport=22).cases
    misses = [case.miss for case in cases if case.verdict == "DROP"]
    assert [miss.label for miss in misses if miss] == [label]
