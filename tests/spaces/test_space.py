"""A set of packets says of each packet what the predicate says of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iptsim.errors import IptsimError
from iptsim.packet import Packet, top_of
from iptsim.predicate import (
    ALWAYS,
    NEVER,
    NO,
    UNKNOWN,
    YES,
    And,
    Masked,
    Name,
    Not,
    Or,
    Pred,
    Ranges,
    Test,
    Truth,
    Unknown,
    atom_name,
    holds,
    one,
    ranges,
)  # fmt: skip
from iptsim.reading import Bit, Bits, Open, Reading, Same, Shift, TypeOf
from iptsim.spaces.space import Space, World
from tests.spaces.drawn import DICE, NAMES, PREFIXES, SET, packets, predicates

LOCAL = ranges([(0x7F000000, 0x7FFFFFFF), (0xAC110001, 0xAC110001)])
TYPES = ((2, LOCAL), (1, ranges([(0, 0x7EFFFFFF), (0x80000000, 0xAC110000), (0xAC110002, 0xFFFFFFFF)])))
bits = st.sampled_from((0, 1)) | st.builds(Bit, st.sampled_from(("mark", "connmark")), st.integers(0, 31), st.booleans())
OPEN = Open("new dst", "dst", ranges([(5, 7), (0xAC110001, 0xAC110001)]))
READINGS: dict[str, st.SearchStrategy[Reading]] = {
    "src": st.just(Same("dst")),
    "dst": st.sampled_from((Same("src"), 0xAC110002, Shift("dst", 1), Shift("dst", -2), OPEN)),
    "dport": st.sampled_from((8080, Shift("dport", 8000), Shift("dport", -80), Same("sport"))),
    "mark": st.just(Same("connmark")) | st.tuples(*[bits] * 32).map(Bits),
    "in_interface": st.sampled_from(("", "eth0", "eth7", Same("out_interface"))),
    "dst_type": st.sampled_from((TypeOf(Same("src"), TYPES), TypeOf(OPEN, TYPES), TypeOf(Shift("dst", 1), TYPES))),
    "ctstate": st.just(1),
}


def read(name: str, reading: Reading | None, packet: dict[str, Any]) -> Any:
    """The value that a reading gives for a packet that arrived so; None if that is no value at all."""
    match reading:
        case None:
            return packet[name]
        case int() | str():
            return reading
        case Same(field):
            return packet[field]
        case Shift(field, by):
            value = packet[field] + by
            return value if 0 <= value <= top_of(field, 4) else "no value"
        case Open():
            return packet[reading.name]
        case Bits(literals):
            return sum((b if isinstance(b, int) else packet[b.field] >> b.index & 1 ^ b.flipped) << i for i, b in enumerate(literals))
        case TypeOf(address, types):
            value = read("dst", address, packet)
            return next((kind for kind, addresses in types if value in addresses), "no value")


def point(world: World, packet: dict[str, Any]) -> int:
    box: dict[int, Any] = {}
    for name, value in packet.items():
        assert world.put(box, name, value)
    return world.diagrams.box(box)


def world() -> World:
    return World(4, NAMES, PREFIXES)


def truth(pred: Pred, packet: dict[str, Any]) -> Truth:
    """As `holds`, for which dice are never known."""
    answer = holds(_thrown(pred, packet), packet)
    assert answer is not UNKNOWN
    return answer


def _thrown(pred: Pred, packet: dict[str, Any]) -> Pred:
    match pred:
        case Unknown(key=key):
            return ALWAYS if packet[atom_name(key)] else NEVER
        case Not(part):
            return Not(_thrown(part, packet))
        case And(parts):
            return And(tuple(_thrown(part, packet) for part in parts))
        case Or(parts):
            return Or(tuple(_thrown(part, packet) for part in parts))
        case Test():
            return pred


@settings(max_examples=200, deadline=None)
@given(predicates, packets())
def test_a_packet_is_in_the_set_exactly_if_the_predicate_holds(pred: Pred, packet: dict[str, Any]) -> None:
    w = world()
    node, these = w.space(pred), point(w, packet)
    assert (w.diagrams.minus(these, node) == 0) == (truth(pred, packet) is YES)
    assert (w.diagrams.keep(these, node) == 0) == (truth(pred, packet) is NO)


@settings(max_examples=200, deadline=None)
@given(predicates, packets(), st.fixed_dictionaries({}, optional=READINGS))
def test_a_field_is_read_through_what_became_of_it(pred: Pred, packet: dict[str, Any], now: dict[str, Reading]) -> None:
    w = world()
    node = w.space(pred, now)
    these = point(w, packet)
    as_it_is = {**packet, **{name: read(name, reading, packet) for name, reading in now.items()}}
    assert (w.diagrams.minus(these, node) == 0) == (truth(pred, as_it_is) is YES)
    assert w.space(pred, now) == node


@settings(max_examples=100, deadline=None)
@given(predicates, packets())
def test_a_packet_known_to_the_last_field_leaves_all_or_nothing(pred: Pred, packet: dict[str, Any]) -> None:
    w = world()
    assert w.space(pred, packet) == (1 if truth(pred, packet) is YES else 0)


@settings(max_examples=150, deadline=None)
@given(predicates, predicates)
def test_the_example_is_a_member(pred: Pred, universe: Pred) -> None:
    w = world()
    allowed = w.space(universe)
    space = Space(w, w.diagrams.keep(w.space(pred), allowed), allowed)
    if space:
        packet = space.example()
        assert space.contains(packet) is YES
        assert (~space).contains(packet) is NO
        assert None not in (packet.src, packet.dst, packet.proto)
    else:
        with pytest.raises(IptsimError):
            space.example()


@settings(max_examples=60, deadline=None)
@given(predicates, predicates)
def test_spaces_are_a_boolean_algebra(p: Pred, q: Pred) -> None:
    w = world()
    a, b = Space(w, w.space(p)), Space(w, w.space(q))
    assert ~(a & b) == ~a | ~b
    assert a - b == a & ~b
    assert (a - b) | (a & b) == a
    assert ~~a == a
    assert hash(~~a) == hash(a)
    assert Space(w, w.space(Not(And((p, q))))) == ~(a & b)
    assert (a | b).size() <= a.size() + b.size()
    assert bool(a) == (a.size() > 0)


# ---------------------------------------------------------------- rows
def of(*tests: Pred, w: World | None = None) -> Space:
    w = w or World(4, NAMES, PREFIXES)
    return Space(w, w.space(And(tests)))


HOST = Test("src", one(0x0A000001)), Test("dst", one(0x0A000002))


@pytest.mark.parametrize(
    ("count", "tests"),
    [
        (0, [NEVER]),
        (1, [*HOST, Test("proto", one(47))]),
        (1, [*HOST, Test("proto", one(47)), SET, Test("in_interface", Name("eth0")), Test("ttl", ranges([(2, 9)]))]),
        (65536, [*HOST, Test("proto", one(17)), Test("dport", one(53))]),
        (6, [*HOST, Test("proto", ranges([(132, 132), (17, 17)])), Test("sport", one(1)), Test("dport", ranges([(1, 2), (9, 9)]))]),
        (256, [*HOST, Test("proto", one(1)), Test("icmp_type", one(8)), Test("dport", one(80))]),
        (16, [*HOST, Test("proto", one(6)), Test("sport", one(1)), Test("dport", one(1)), Test("tcp_flags", Masked(0x17, 2))]),
        (3 << 48, [Test("proto", ranges([(2, 4)])), Test("src", ranges([(0, 65535)]))]),
    ],
)  # fmt: skip
def test_size_counts_headers(count: int, tests: list[Pred]) -> None:
    assert of(*tests).size() == count


@pytest.mark.parametrize(
    ("expected", "tests"),
    [
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn", []),
        ("udp 203.0.113.50:40000 > 198.51.100.7:80", [Not(Test("proto", one(6)))]),
        ("icmp 203.0.113.50 > 198.51.100.7, type 8/0", [Not(Test("proto", ranges([(6, 6), (17, 17)])))]),
        ("gre 203.0.113.50 > 198.51.100.7", [Not(Test("proto", ranges([(1, 1), (6, 6), (17, 17)])))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:443, syn", [Not(Test("dport", one(80)))]),
        ("tcp 10.0.0.2:40000 > 172.17.0.0:80, syn", [Test("src", ranges([(0x0A000000, 0x0AFFFFFF)])), Test("dst", one(0xAC110000))]),
        ("tcp 10.0.0.1:40000 > 198.51.100.7:80, syn", [Test("src", ranges([(0x0A000000, 0x0A000002)]))]),
        ("tcp 203.0.113.2:40000 > 198.51.100.7:80, syn", [Not(Test("src", ranges([(0xCB007132, 0xCB0071FF)])))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, ack", [Not(Test("tcp_flags", Masked(2, 2)))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, NEW", [Not(Test("ctstate", one(1)))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, from this host", [Test("in_interface", Name(""))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, in eth0", [Not(Test("in_interface", Name("docker0")))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, in docker0", [Not(Test("in_interface", Name("eth", True)))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, in veth0", [Test("in_interface", Name("veth", True))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, in eth2",
         [Test("in_interface", Name("eth", True)), Not(Test("in_interface", Name("eth0"))), Not(Test("in_interface", Name("eth1")))]),
        ("tcp 203.0.113.50:40000 > 198.51.100.7:80, syn, in other0",
         [Not(Test("in_interface", Name(n, p))) for n, p in (("", False), ("eth", True), ("veth", True), ("docker0", False))]),
    ],
)  # fmt: skip
def test_the_example_is_what_one_would_try_first(expected: str, tests: list[Pred]) -> None:
    space = of(*tests)
    assert str(space.example()) == expected
    assert space.contains(space.example()) is YES


def test_the_example_of_ipv6_is_an_ipv6_packet() -> None:
    w = World(6)
    assert str(Space(w, 1).example()) == "tcp [2001:db8:ffff::50]:40000 > [2001:db8:10::7]:80, syn"
    ping = Space(w, w.space(Not(Test("proto", ranges([(6, 6), (17, 17)])))))
    assert str(ping.example()) == "ipv6-icmp 2001:db8:ffff::50 > 2001:db8:10::7, type 128/0"


def test_the_example_assumes_what_the_set_asks_of_unknowns_and_new_values() -> None:
    w = World(4)
    now = {"dst": OPEN, "out_interface": Open("route", "out_interface"), "mark": Open("restored", "mark")}
    asks: list[Pred] = [
        SET,
        Not(DICE),
        Test("dst", one(0xAC110001)),
        Test("mark", Masked(0xC000, 0x4000)),
        Test("ct_dnat", one(1)),
        Test("dst_type", one(2)),
    ]
    space = Space(w, w.space(And(tuple(asks)), now))
    packet = space.example()
    assert packet.assume == {"set:blocklist:src": True, "limit:rule 3": False, "new dst": "172.17.0.1", "restored": 0x4000, "ct_dnat": 1}
    assert (packet.dst_type, packet.mark) == (2, None)
    assert space.contains(packet) is YES


def test_the_example_can_be_asked_for_other_values() -> None:
    space = of(Not(Test("proto", one(17))), SET)
    packet = space.example({"proto": ["udp", "icmp"], "src": "10.0.0.9", "mark": 7, "in_interface": "wg0", "set:blocklist:src": False})
    assert str(packet) == "icmp 10.0.0.9 > 198.51.100.7, type 8/0, in wg0"
    assert packet.mark == 7
    assert space.contains(packet) is YES


@pytest.mark.parametrize(
    ("expected", "packet"),
    [
        (YES, Packet(proto="tcp", dport=80, in_interface="eth0")),
        (NO, Packet(proto="udp")),
        (NO, Packet(src="2001:db8::1", proto="tcp", dport=80, in_interface="eth0")),
        (UNKNOWN, Packet(proto="tcp", in_interface="eth0")),
        (UNKNOWN, Packet(proto="tcp", dport=80)),
        (UNKNOWN, Packet(proto="tcp", dport=80, from_host=False)),
        (NO, Packet(proto="tcp", dport=80, from_host=True)),
        (NO, Packet(proto="tcp", dport=80, in_interface="eth9")),
    ],
)
def test_a_packet_that_is_half_known_is_in_it_or_not_or_unknown(expected: Truth, packet: Packet) -> None:
    assert of(Test("proto", one(6)), Test("dport", one(80)), Test("in_interface", Name("eth0"))).contains(packet) is expected


def test_a_complement_stays_in_the_universe() -> None:
    w = World(4)
    tcp, web = w.space(Test("proto", one(6))), w.space(Test("dport", one(80)))
    space = ~Space(w, w.diagrams.keep(tcp, web), tcp)
    assert space.node == w.diagrams.minus(tcp, web)


def test_sets_of_two_questions_do_not_mix() -> None:
    with pytest.raises(IptsimError, match="different questions"):
        of() & of()


def test_a_scattered_mask_is_exact_or_said_to_be_unknown() -> None:
    w = World(4)
    exact = w.space(Test("src", Masked(0xFF00FF00, 0x0A000100)))
    assert w.diagrams.count(exact, [w.level("src")]) == 1 << 16
    assert not w.inexact
    loose = w.space(Test("src", Masked(0xF0F0F0F1, 0x10)))
    assert w.diagrams.support(loose) == {w.atom("src&0xf0f0f0f1=0x10")}
    assert len(w.inexact) == 1


def test_limits_of_new_values_leave_no_impossible_packets() -> None:
    w = World(4)
    now = {"dst": OPEN}
    assert w.space(Not(Test("dst", ranges([(0, 0xFFFFFFF), (0xAC110001, 0xAC1100FF)]))), now) == 0
    with pytest.raises(IptsimError, match="two different values"):
        w.space(Test("dst", one(5)), {"dst": Open("new dst", "dst")})


def test_an_interface_that_the_question_does_not_know_is_refused() -> None:
    for name in (Name("eth9"), Name("et", True)):
        with pytest.raises(IptsimError, match="not among those of this question"):
            of(Test("in_interface", name))


def test_boxes_are_by_field() -> None:
    assert list(of(Test("proto", one(6)), Test("dport", one(80)))) == [{"proto": Ranges(((6, 6),)), "dport": Ranges(((80, 80),))}]
