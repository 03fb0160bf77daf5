"""Bridges: each row was answered by Linux 6.18, by both backends. docker0 has the ports veth1 (172.17.0.2) and veth2."""

from __future__ import annotations

import pytest

from tests.walk.rows import load, way

RULES = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 172.17.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -i docker0 -o docker0 -m physdev --physdev-is-bridged -j ACCEPT
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
COMMIT
"""
ROWS = [
    # from port to port of a bridge: FORWARD, with the bridge on both sides
    ("sent docker0: 172.17.0.2:40000 > 172.17.0.3:80", "nat:PREROUTING:policy filter:FORWARD:rule:1 nat:POSTROUTING:policy",
     "tcp 172.17.0.2 -> 172.17.0.3 in docker0; physdev_in=veth1 physdev_out=veth2"),
    # from a port to the world
    ("sent eth0: 198.51.100.10:40000 > 203.0.113.50:80", "nat:PREROUTING:policy filter:FORWARD:rule:2 nat:POSTROUTING:rule:1",
     "tcp 172.17.0.2 -> 203.0.113.50 in docker0; physdev_in=veth1"),
    # DNAT back to its own port: the bridge drops it
    ("lost kernel:bridge-hairpin", "nat:PREROUTING:rule:1",
     "tcp 172.17.0.2 -> 172.17.0.1:8080 in docker0; physdev_in=veth1"),
    # DNAT to another port
    ("sent docker0: 172.17.0.3:40000 > 172.17.0.2:80", "nat:PREROUTING:rule:1 filter:FORWARD:rule:1 nat:POSTROUTING:policy",
     "tcp 172.17.0.3 -> 172.17.0.1:8080 in docker0; physdev_in=veth2 physdev_out=veth1"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: " after ".join(row[2:]))
def test_a_packet_is_bridged_as_by_the_kernel(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend), *packets) == (end, steps)


PAST = [
    # bridge-nf-call-iptables=0: nobody is asked
    ("sent docker0: 172.17.0.2:40000 > 172.17.0.3:80", "",
     "tcp 172.17.0.2 -> 172.17.0.3 in docker0; physdev_in=veth1 physdev_out=veth2"),
]  # fmt: skip


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("row", PAST, ids=lambda row: " after ".join(row[2:]))
def test_a_bridge_may_pass_by_iptables(row: tuple[str, ...], backend: str) -> None:
    end, steps, *packets = row
    assert way(load(RULES, backend, **{"net.bridge.bridge-nf-call-iptables": 0}), *packets) == (end, steps)
