"""The public strategies: what they draw is valid, and aimed at what is there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import iptsim
from iptsim.effect import Reject, Translate
from iptsim.host import Host
from iptsim.packet import Packet
from iptsim.predicate import NO, YES
from iptsim.ruleset import BUILT_IN, Ruleset
from iptsim.strategies import flows, packets, rulesets

SCENARIOS = Path(__file__).parent.parent / "fixtures" / "scenarios"
ONCE = settings(max_examples=1000, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True, deadline=None, database=None)

EDGES = """*filter
:INPUT DROP [0:0]
-A INPUT -i wg7 -j DROP
-A INPUT -s 10.1.2.0/30 -p tcp -m tcp --sport 1000:1001 -m mark --mark 0x10/0x30 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 3/4 -j ACCEPT
-A INPUT -p tcp -m tcp --tcp-flags SYN,FIN SYN,FIN -j DROP
-A INPUT -m length --length 100:200 -j DROP
-A INPUT -p sctp -m multiport --ports 7,9:11 -j DROP
-A INPUT -m mac --mac-source 02:00:00:00:00:09 -j DROP
-A INPUT -m conntrack --ctstate RELATED -j ACCEPT
COMMIT
"""


def story(number: str) -> Ruleset:
    """The dump of a scenario, on its host."""
    dump = next(SCENARIOS.glob(f"{number}-*.txt"))
    folder = dump.with_suffix(".d")
    return iptsim.load(dump, host=Host.read(addr=str(folder / "addr.json"), route=str(folder / "route.txt")))


def drawn(strategy: st.SearchStrategy[Packet]) -> list[Packet]:
    """Many examples."""
    found: list[Packet] = []

    @ONCE
    @given(strategy)
    def collect(packet: Packet) -> None:
        found.append(packet)

    collect()
    return found


DRAWN = drawn(packets(iptsim.parse(EDGES)))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("in_interface", {"wg7"}),
        ("src", {"10.1.1.255", "10.1.2.0", "10.1.2.3", "10.1.2.4"}),
        ("sport", {999, 1000, 1001, 1002}),
        ("mark", {0x10, 0xFFFFFFDF, 0}),
        ("icmp_type", {2, 3, 4}),
        ("icmp_code", {3, 4, 5}),
        ("tcp_flags", {0x03, 0x02}),
        ("length", {99, 100, 200, 201}),
        ("dport", {6, 7, 8, 9, 11, 12}),
        ("proto", {1, 6, 131, 132}),
        ("mac_source", {0x020000000008, 0x020000000009, 0x02000000000A}),
        ("ctstate", {1, 2, 3}),
    ],
)
def test_values_on_and_beside_the_rules_constants_are_drawn(field: str, values: set[object]) -> None:
    found = {getattr(packet, field) for packet in DRAWN}
    assert values <= {str(value) if field == "src" else value for value in found}


@pytest.mark.parametrize("number", ["01", "07", "13", "16"])
def test_most_rules_that_can_be_met_are_met(number: str) -> None:
    rs = story(number)
    met = {step.id for packet in drawn(packets(rs)) for step in rs.walk(packet)}
    possible = {rule.id for rule in rs.rules() if rs.search(via=rule.id, tcp_flags="any", ctstate="any")}
    assert len(possible - met) <= len(possible) / 4


def test_a_hole_is_found() -> None:
    rs = story("02")
    asked = rs.search(in_interface="eth0", proto="tcp", dport=5432)
    packet = find(packets(rs, within=asked), lambda packet: rs.walk(packet).verdict == "ACCEPT", settings=ONCE)
    assert asked.contains(packet) is YES


def test_where_there_is_no_hole_none_is_found() -> None:
    rs = story("07")
    asked = rs.search(in_interface="eth0", proto="tcp", dport=5432)
    with pytest.raises(NoSuchExample):
        find(packets(rs, within=asked), lambda packet: rs.walk(packet).verdict == "ACCEPT", settings=ONCE)


@given(st.data())
def test_a_packet_drawn_within_a_set_is_in_it(data: st.DataObject) -> None:
    rs = iptsim.parse(EDGES)
    space = rs.search(verdict=data.draw(st.sampled_from(["ACCEPT", "DROP"])), **data.draw(flows(rs)))
    if space:
        assert space.contains(data.draw(packets(data.draw(st.sampled_from([rs, None])), within=space))) is YES


@given(packets())
def test_a_packet_without_a_ruleset_is_complete_and_has_what_its_protocol_has(packet: Packet) -> None:
    assert None not in (packet.src, packet.dst, packet.proto)
    assert (packet.dport is None) == (packet.proto not in (6, 17))
    assert (packet.icmp_type is None) == (packet.proto != 1)
    assert bool(packet.from_host) != bool(packet.in_interface)


@given(st.data())
def test_a_flow_drawn_around_a_packet_has_it(data: st.DataObject) -> None:
    rs = iptsim.parse(EDGES)
    packet = data.draw(packets(rs))
    assert rs.explain(**data.draw(flows(rs, around=packet))).question.contains(packet) is not NO


@settings(max_examples=30)
@given(st.data())
def test_what_is_to_be_left_out_is_not_drawn_and_a_hosts_names_are(data: st.DataObject) -> None:
    host = Host(interfaces={"ens9": ["192.0.2.1/24"]}, ipsets={"guests": {"type": "hash:ip,port"}})
    rs = data.draw(rulesets(host=host, without=("LOG", "conntrack", "tcp --dport")))
    for part in (part for rule in rs.rules() for part in rule.parts):
        assert part.name not in ("LOG", "conntrack")
        for option, value, _ in part.given:
            assert (part.name, option.flag) != ("tcp", "--dport")
            assert option.value is None or option.value.kind != ("interface",) or value in ("ens9", "lo", "eth+")
            assert option.value is None or option.value.kind != ("set",) or (value[0] == "guests" and value[1].count(",") == 1)


@pytest.mark.parametrize("family", [4, 6])
@settings(max_examples=30)
@given(st.data())
def test_a_ruleset_is_one_that_the_tools_would_take(family: int, data: st.DataObject) -> None:
    rs = data.draw(rulesets(family))
    assert (rs.family, rs.warnings) == (family, ())
    assert iptsim.parse(rs.save(), strict=True).family == family
    for table in rs:
        assert all(chain.policy == "ACCEPT" for chain in table if chain.built_in and table.name != "filter")
        order = [chain.name for chain in table]
        for rule in (rule for chain in table for rule in chain):
            effect = rule.target.effect if rule.target else None
            assert not isinstance(effect, Translate) or table.name == "nat"
            assert not isinstance(effect, Reject) or table.name == "filter"
            aim = getattr(rule.target, "chain", None)
            assert aim is None or order.index(aim) > order.index(rule.chain)
        assert [a for a, b in pairwise(order) if b in BUILT_IN[table.name] and a not in BUILT_IN[table.name]] == []
