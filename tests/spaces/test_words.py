"""Sets in words: what is said, and that it is the same set."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from iptsim.predicate import ALWAYS, NEVER, And, Masked, Name, Not, Or, Pred, Test, Unknown, one, ranges
from iptsim.reading import Open
from iptsim.spaces.space import Space, World
from iptsim.spaces.words import MOST, cover
from tests.spaces.drawn import NAMES, PREFIXES, predicates

TCP, UDP, ICMP = (Test("proto", one(number)) for number in (6, 17, 1))
TCP_OR_UDP = Test("proto", ranges([(6, 6), (17, 17)]))
ARRIVED = Not(Test("in_interface", Name("")))
LEFT = Not(Test("out_interface", Name("")))


def port(low: int, high: int | None = None, field: str = "dport") -> Pred:
    return Test(field, ranges([(low, low if high is None else high)]))


def net(field: str, first: str, last: str) -> Pred:
    numbers = [int.from_bytes(bytes(map(int, text.split("."))), "big") for text in (first, last)]
    return Test(field, ranges([(numbers[0], numbers[1])]))


def has(field: str, *values: int) -> Pred:
    return Test(field, ranges((value, value) for value in values))


def named(field: str, name: str, prefix: bool = False) -> Pred:
    return Test(field, Name(name, prefix))


TEN = net("src", "10.0.0.0", "10.255.255.255")
DOCKER = net("dst", "172.17.0.0", "172.17.255.255")


def asked(*key: str) -> Pred:
    return Unknown("", key)


def all_of(*parts: Pred) -> Pred:
    return And(parts)


def any_of(*parts: Pred) -> Pred:
    return Or(parts)


def say(pred: Pred, universe: Pred = ALWAYS, family: int = 4) -> str:
    w = World(family, NAMES, PREFIXES)
    allowed = w.space(universe)
    return str(Space(w, w.diagrams.keep(w.space(pred), allowed), allowed))


@pytest.mark.parametrize(
    ("text", "pred"),
    [
        ("any packet", ALWAYS),
        ("no packet", NEVER),
        ("in docker0", named("in_interface", "docker0")),
        ("in docker0 or eth0", any_of(named("in_interface", "docker0"), named("in_interface", "eth0"))),
        ("in eth*", named("in_interface", "eth", True)),
        ("in another eth*", all_of(named("in_interface", "eth", True), *(Not(named("in_interface", n)) for n in ("eth0", "eth1")))),
        ("in any interface but docker0, eth0", all_of(ARRIVED, *(Not(named("in_interface", n)) for n in ("docker0", "eth0")))),
        ("in any interface but eth*", all_of(ARRIVED, Not(named("in_interface", "eth", True)))),
        ("in any interface", ARRIVED),
        ("from this host", named("in_interface", "")),
        ("from this host or in eth0", any_of(named("in_interface", ""), named("in_interface", "eth0"))),
        ("out eth0", named("out_interface", "eth0")),
        ("out any interface but docker0", all_of(LEFT, Not(named("out_interface", "docker0")))),
        ("out no interface", named("out_interface", "")),
        ("bridge port eth0", named("physdev_in", "eth0")),
        ("to bridge port docker0", named("physdev_out", "docker0")),
        ("from 10.0.0.0/8", TEN),
        ("from 10.0.0.1", net("src", "10.0.0.1", "10.0.0.1")),
        ("from 10.0.0.1-10.0.0.99", net("src", "10.0.0.1", "10.0.0.99")),
        ("to 10.0.0.0/30 or 10.0.0.4", net("dst", "10.0.0.0", "10.0.0.4")),
        ("to 172.17.0.0/16 except .2", all_of(DOCKER, Not(net("dst", "172.17.0.2", "172.17.0.2")))),
        ("to 172.17.0.0/16 except .5.9", all_of(DOCKER, Not(net("dst", "172.17.5.9", "172.17.5.9")))),
        ("from 10.0.0.0/8 except 10.0.0.1", all_of(TEN, Not(net("src", "10.0.0.1", "10.0.0.1")))),
        ("to any address but 172.17.0.0/16", Not(DOCKER)),
        ("to this host", has("dst_type", 2)),
        ("to another host", has("dst_type", 1)),
        ("to this host (or broadcast)", has("dst_type", 2, 3)),
        ("to a multicast address", has("dst_type", 5)),
        ("to anything but this host", Not(has("dst_type", 2))),
        ("from this host's address", has("src_type", 2)),
        ("tcp", TCP),
        ("tcp or udp", TCP_OR_UDP),
        ("any protocol but tcp", Not(TCP)),
        ("protocol 200", has("proto", 200)),
        ("tcp 80", all_of(TCP, port(80))),
        ("tcp 80 or 443", all_of(TCP, has("dport", 80, 443))),
        ("tcp 80, 443 or 8000-9000", all_of(TCP, any_of(port(80), port(443), port(8000, 9000)))),
        ("tcp to any port but 22", all_of(TCP, Not(port(22)))),
        ("tcp or udp to port 80", all_of(TCP_OR_UDP, port(80))),
        ("to port 80", port(80)),
        ("from port 1024-65535", port(1024, 65535, "sport")),
        ("tcp 80 from port 1024-65535", all_of(TCP, port(80), port(1024, 65535, "sport"))),
        ("icmp echo-request", all_of(ICMP, has("icmp_type", 8))),
        ("icmp destination-unreachable", all_of(ICMP, has("icmp_type", 3))),
        ("icmp type 3/4", all_of(ICMP, has("icmp_type", 3), has("icmp_code", 4))),
        ("icmp type 8 or 13", all_of(ICMP, has("icmp_type", 8, 13))),
        ("NEW", has("ctstate", 0)),
        ("ESTABLISHED or RELATED", has("ctstate", 1, 2)),
        ("not INVALID", Not(has("ctstate", 3))),
        ("tcp with SYN and not FIN, RST, ACK", all_of(TCP, Test("tcp_flags", Masked(0x17, 2)))),
        ("tcp without (SYN and not ACK)", all_of(TCP, Not(Test("tcp_flags", Masked(0x12, 2))))),
        ("with no TCP flag", has("tcp_flags", 0)),
        ("with only SYN, ACK", has("tcp_flags", 18)),
        ("with TCP flags 0x1-0x2", has("tcp_flags", 1, 2)),
        ("mark 0x4000/0x4000", Test("mark", Masked(0x4000, 0x4000))),
        ("mark 0x0/0xc000", Test("mark", Masked(0xC000, 0))),
        ("mark 0x42", Test("mark", Masked(0xFFFFFFFF, 0x42))),
        ("connection mark 0x1/0xff", Test("connmark", Masked(0xFF, 1))),
        ("ttl 1", has("ttl", 1)),
        ("not ttl 1", Not(has("ttl", 1))),
        ("length 0-100", Test("length", ranges([(0, 100)]))),
        ("tos 0x10", has("tos", 16)),
        ("MAC 02:00:00:00:00:07", has("mac_source", (2 << 40) + 7)),
        ("by user 0", has("uid_owner", 0)),
        ("by group 100", has("gid_owner", 100)),
        ("link-layer broadcast", has("pkttype", 1)),
        ("with a socket here", has("socket", 1)),
        ("not a later fragment", has("fragment", 0)),
        ("destination-NATed", has("ct_dnat", 1)),
        ("direction REPLY", has("ctdir", 1)),
        ("connection's first destination port 80", has("ctorigdstport", 80)),
        ("connection's first source 10.0.0.0/8", net("ctorigsrc", "10.0.0.0", "10.255.255.255")),
        ("if set:blocklist:src", asked("set", "blocklist", "src")),
        ("unless set:blocklist:src", Not(asked("set", "blocklist", "src"))),
        ("in eth0, from 10.0.0.0/8, to 172.17.0.0/16, tcp 80, NEW, if limit:5/min",
         all_of(asked("limit", "5/min"), has("ctstate", 0), TCP, port(80), DOCKER, TEN, named("in_interface", "eth0"))),
        ("tcp 80; from 10.0.0.0/8", any_of(all_of(TCP, port(80)), TEN)),
        ("any packet except tcp 80", Not(all_of(TCP, port(80)))),
        ("any packet except (icmp echo-request; tcp 80)", all_of(Not(all_of(ICMP, has("icmp_type", 8))), Not(all_of(TCP, port(80))))),
        ("any protocol but icmp, except tcp 80", all_of(Not(ICMP), Not(all_of(TCP, port(80))))),
        ("from 10.0.0.0/8, except tcp 80", all_of(TEN, Not(all_of(TCP, port(80))))),
    ],
)  # fmt: skip
def test_a_set_in_words(text: str, pred: Pred) -> None:
    assert say(pred) == text


@pytest.mark.parametrize(
    ("text", "pred", "universe"),
    [
        ("any packet", TEN, TEN),
        ("any packet", all_of(TCP, port(80)), all_of(TCP, port(80), TEN)),
        ("to port 80", all_of(TCP, port(80)), TCP),
        ("in any interface but eth0", Not(named("in_interface", "eth0")), ARRIVED),
        ("out eth0", named("out_interface", "eth0"), all_of(LEFT, TEN, TCP)),
        ("udp", Not(TCP), TCP_OR_UDP),
        ("to another host", Not(has("dst_type", 2)), has("dst_type", 1, 2)),
        ("mark 0x1/0x1", Test("mark", Masked(0x3, 1)), Test("mark", Masked(2, 0))),
        ("to 172.17.0.0/16", DOCKER, all_of(TEN, Not(port(22)))),
    ],
)
def test_what_the_question_fixes_is_not_repeated(text: str, pred: Pred, universe: Pred) -> None:
    assert say(pred, universe) == text


def test_ipv6_in_words() -> None:
    addresses = Test("src", ranges([(0x20010DB8 << 96, (0x20010DB9 << 96) - 1)]))
    assert say(all_of(addresses, has("proto", 58), has("icmp_type", 128)), family=6) == "from 2001:db8::/32, ipv6-icmp echo-request"


def test_new_values_and_their_marks_are_called_by_their_names() -> None:
    w = World(4)
    now = {"dst": Open("the new destination", "dst", ranges([(5, 8)])), "mark": Open("the restored mark", "mark")}
    node = w.space(all_of(has("dst", 5), Test("mark", Masked(1, 1))), now)
    assert str(Space(w, node)) == "where the restored mark is 0x1/0x1, where the new destination is 0.0.0.5"
    assert str(~Space(w, w.space(has("dst", 5), now))) == "where the new destination is 0.0.0.6/31 or 0.0.0.8"


def test_after_six_terms_the_rest_is_counted() -> None:
    text = say(any_of(*(all_of(port(n), port(n, None, "sport")) for n in range(1, 60, 2))))
    assert text.endswith("; and 24 more")
    assert text.count(";") == MOST


def test_a_long_list_of_addresses_is_counted() -> None:
    assert say(Test("src", ranges((n, n) for n in range(0, 4000, 40)))).endswith("0.0.0.240, 0.0.1.24 and 92 more")


@settings(max_examples=150, deadline=None)
@given(predicates, predicates)
def test_the_boxes_that_are_said_make_up_the_set(pred: Pred, universe: Pred) -> None:
    w = World(4, NAMES, PREFIXES)
    d, allowed = w.diagrams, w.space(universe)
    node = d.keep(w.space(pred), allowed)
    boxes, more = cover(w, node, allowed)
    said = d.keep(d.any_of(map(d.box, boxes)), allowed)
    assert d.minus(said, node) == 0
    assert (said == node) == (more == 0)


@settings(max_examples=50, deadline=None)
@given(predicates)
def test_a_set_has_one_text_however_it_was_made(pred: Pred) -> None:
    assert say(pred) == say(Not(Not(pred))) == say(Or((pred, And((pred, has("ttl", 1))))))
