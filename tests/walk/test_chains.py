"""How chains are walked: jumps, gotos, returns, policies; the order of tables at each hook."""

from __future__ import annotations

import pytest

import iptsim
from iptsim.errors import ReadError
from iptsim.packet import Packet
from tests.walk.rows import load, way

CHAINS = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:A - [0:0]
:B - [0:0]
:C - [0:0]
:E - [0:0]
:EMPTY - [0:0]
:LOG - [0:0]
-A FORWARD -p tcp -m tcp --dport 1 -j A
-A FORWARD -p tcp -m tcp --dport 2 -g EMPTY
-A FORWARD -p tcp -m tcp --dport 3 -j EMPTY
-A FORWARD -p tcp -m tcp --dport 4 -j RETURN
-A FORWARD -p tcp -m tcp --dport 5
-A FORWARD -p tcp -m tcp --dport 6 -j MARK --set-xmark 0x1/0xffffffff
-A FORWARD -p tcp -m tcp --dport 7 -j E
-A FORWARD -p tcp -m tcp --dport 8 -j LOG
-A FORWARD -p tcp -m tcp --dport 3:9 -j ACCEPT
-A A -j B
-A A -j ACCEPT
-A B -g C
-A B -j DROP
-A C -j RETURN
-A C -j DROP
-A E -g EMPTY
-A E -j DROP
-A LOG -j DROP
COMMIT
"""
SENT = "sent eth0: 192.168.10.5:40000 > 203.0.113.50"


@pytest.mark.parametrize(
    ("end", "steps", "port"),
    [
        # a goto's RETURN goes to who jumped to the chain with the goto
        (f"{SENT}:1", "filter:FORWARD:rule:1 filter:A:rule:1 filter:B:rule:1 filter:C:rule:1 filter:A:rule:2", 1),
        # a goto from a base chain: its end is the policy
        ("dropped", "filter:FORWARD:rule:2 filter:EMPTY:return filter:FORWARD:policy", 2),
        # an empty chain does nothing
        (f"{SENT}:3", "filter:FORWARD:rule:3 filter:EMPTY:return filter:FORWARD:rule:9", 3),
        # RETURN in a base chain is the policy
        ("dropped", "filter:FORWARD:rule:4 filter:FORWARD:policy", 4),
        # a rule without a target counts
        (f"{SENT}:5", "filter:FORWARD:rule:5 filter:FORWARD:rule:9", 5),
        # a target that does not end
        (f"{SENT}:6", "filter:FORWARD:rule:6 filter:FORWARD:rule:9", 6),
        # what falls off a goto's chain skips the rest of the chain with the goto
        (f"{SENT}:7", "filter:FORWARD:rule:7 filter:E:rule:1 filter:EMPTY:return filter:FORWARD:rule:9", 7),
        # a chain that is called like a target hides it
        ("dropped", "filter:FORWARD:rule:8 filter:LOG:rule:1", 8),
        (f"{SENT}:9", "filter:FORWARD:rule:9", 9),
        ("dropped", "filter:FORWARD:policy", 10),
    ],
)
def test_a_chain_is_left_where_the_kernel_leaves_it(end: str, steps: str, port: int) -> None:
    assert way(load(CHAINS), f"tcp 192.168.10.5 -> 203.0.113.50:{port} in lan0") == (end, steps)


# Every table, with conntrack switched on; each packet meets only policies.
TABLES = """*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o none0 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*security
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
"""
PRE = "raw:PREROUTING mangle:PREROUTING nat:PREROUTING"
OUT = "raw:OUTPUT mangle:OUTPUT nat:OUTPUT filter:OUTPUT security:OUTPUT mangle:POSTROUTING nat:POSTROUTING"
# back in by lo the connection has its NAT already
LOOPED = f"{OUT} raw:PREROUTING mangle:PREROUTING mangle:INPUT filter:INPUT security:INPUT"
FORWARDED = f"{PRE} mangle:FORWARD filter:FORWARD security:FORWARD mangle:POSTROUTING nat:POSTROUTING"
ORDERS = [
    (f"{PRE} mangle:INPUT filter:INPUT security:INPUT nat:INPUT", "legacy", "tcp 203.0.113.50 -> 198.51.100.10 in eth0"),
    (f"{PRE} mangle:INPUT filter:INPUT nat:INPUT security:INPUT", "nft", "tcp 203.0.113.50 -> 198.51.100.10 in eth0"),
    (f"{PRE} mangle:INPUT filter:INPUT nat:INPUT security:INPUT", "nft", "tcp 203.0.113.50 -> 192.168.10.1 in eth0"),
    (FORWARDED, "legacy", "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
    (FORWARDED, "nft", "tcp 192.168.10.5 -> 203.0.113.50 in lan0"),
    (FORWARDED, "nft", "tcp 192.168.10.5 -> 192.168.10.9 in lan0"),
    (OUT, "legacy", "tcp 198.51.100.10 -> 203.0.113.50 from host"),
    (OUT, "nft", "tcp 198.51.100.10 -> 203.0.113.50 from host"),
    (LOOPED, "legacy", "tcp 127.0.0.1 -> 127.0.0.1 from host"),
    (LOOPED, "nft", "tcp 192.168.10.1 -> 192.168.10.1 from host"),
    # no connection, no nat
    (FORWARDED.replace("nat:PREROUTING ", "").replace(" nat:POSTROUTING", ""), "nft", "tcp 192.168.10.5 -> 203.0.113.50 in lan0 flags RST"),
]


@pytest.mark.parametrize(("order", "backend", "text"), ORDERS)
def test_the_tables_are_met_in_the_kernels_order(order: str, backend: str, text: str) -> None:
    skip = "nat:POSTROUTING:rule:1"
    _, steps = way(load(TABLES, backend), text)
    assert [step.removesuffix(":policy") for step in steps.split() if step != skip] == order.split()


ACCEPTED = """*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j ACCEPT
COMMIT
*filter
:FORWARD DROP [0:0]
COMMIT
"""


def test_an_accept_ends_its_table_alone() -> None:
    steps = "mangle:PREROUTING:rule:1 filter:FORWARD:policy"
    assert way(load(ACCEPTED), "tcp 192.168.10.5 -> 203.0.113.50 in lan0") == ("dropped", steps)


def test_chains_may_be_nested_ten_thousand_deep() -> None:
    depth = 10_000
    chains = "".join(f":c{n} - [0:0]\n" for n in range(depth))
    jumps = "".join(f"-A c{n} -j c{n + 1}\n" for n in range(depth - 1))
    rs = iptsim.parse(f"*filter\n:INPUT ACCEPT [0:0]\n{chains}-A INPUT -j c0\n{jumps}-A c{depth - 1} -j DROP\nCOMMIT\n")
    trace = rs.walk(Packet(src="203.0.113.50", dst="198.51.100.10", dst_type="LOCAL", proto="udp", sport=1, dport=2, in_interface="eth0"))
    assert (trace.decided_by, len([step for step in trace if step.rule])) == (f"filter:c{depth - 1}:rule:1", depth + 1)


LOOP = "*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -p udp -j A\nCOMMIT\n"


def test_a_loop_that_a_hook_reaches_is_refused() -> None:
    with pytest.raises(ReadError, match="loop"):
        iptsim.parse(LOOP)


def test_a_loop_in_what_a_kernel_is_said_to_have_saved_leaves_who_enters_it_undecided() -> None:
    rs = iptsim.parse("# Generated by iptables-save v1.8.9\n" + LOOP)
    known = {"src": "203.0.113.50", "dst": "198.51.100.10", "dst_type": "LOCAL", "sport": 1, "dport": 2, "in_interface": "eth0"}
    assert [str(rs.walk(Packet(**known, proto=proto)).verdict) for proto in ("tcp", "udp")] == ["ACCEPT", "UNDECIDED"]


def test_a_loop_that_nothing_reaches_is_none() -> None:
    rs = iptsim.parse(LOOP.replace("-A INPUT -j A\n", ""))
    assert rs.warnings == ()


def test_nobody_stops_at_a_chain_from_which_every_packet_comes_back_as_it_was() -> None:
    rules = iptsim.parse(
        """*filter
:INPUT ACCEPT [0:0]
:LOGGING - [0:0]
-A INPUT -m set --match-set listed src -j LOGGING
-A INPUT -p udp -j LOGGING
-A LOGGING -m set --match-set friends src -j RETURN
-A LOGGING -j LOG
COMMIT
"""
    )
    trace = rules.walk(Packet(in_interface="eth0", src="192.0.2.1", dst="192.0.2.2", proto="udp", sport=1, dport=2, dst_type="LOCAL"))
    assert (str(trace.verdict), trace.decided_by) == ("ACCEPT", "filter:INPUT:policy")
    (case,) = rules.explain(in_interface="eth0", src="192.0.2.1", dst="192.0.2.2", proto="udp", sport=1, dport=2, dst_type="LOCAL").cases
    assert case.unknown == ()
