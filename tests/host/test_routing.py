"""Which route a packet takes."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iptsim.errors import HostError
from iptsim.host import Host
from iptsim.host.routes import read_routes, read_rules
from iptsim.predicate import Truth, holds
from iptsim.source import Source

ROUTES = [
    "default via 198.51.100.1 dev eth0",
    "default via 198.51.100.9 dev eth0 metric 100",
    "198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.10",
    "10.0.0.0/8 via 198.51.100.2 dev eth0",
    "10.1.0.0/16 dev wg0 scope link metric 50",
    "10.1.0.0/16 via 198.51.100.3 dev eth0 metric 5",
    "10.2.0.0/16 tos 0x10 via 198.51.100.4 dev eth0",
    "10.2.0.0/16 via 198.51.100.5 dev eth0",
    "10.3.0.0/16 via 198.51.100.6 dev eth1 dead linkdown",
    "blackhole 10.66.0.0/16",
    "unreachable 10.67.0.0/16",
    "172.16.0.0/12 via inet6 fe80::1 dev eth0",
    "default via 10.9.0.1 dev tun0 table 100",
    "10.1.2.0/24 dev tun1 table 100",
    "throw 10.4.0.0/16 table 100",
    "throw 10.6.6.0/24 table 100",
    "default dev wg0 table 51820 scope link",
    "local default dev lo table 9",
    "9.9.9.9 dev tun8 table 8",
    "default via 2001:db8::1 dev eth0 metric 1024 pref medium",
    "default dev tun0 metric 2048 pref medium",
    "2001:db8:7::/48 dev wg0 metric 1024 pref medium",
    "unreachable 2001:db8:8::/48 dev lo metric 1024 error -101 pref medium",
]
RULES = [
    "0: from all lookup local",
    "50: from all to 10.66.6.6 prohibit",
    "60: from all iif lo ipproto udp dport 53 lookup 9",
    "70: not from 0.0.0.0/1 to 10.0.0.0/8 lookup 8",
    "100: from 192.168.1.0/24 lookup 100",
    "110: from all fwmark 0x1/0xff lookup 9",
    "120: from 192.168.2.0/24 iif eth1 goto 32766",
    "130: not from all fwmark 0xca6c lookup 51820 suppress_prefixlength 0",
    "140: from 192.168.2.0/24 to 8.8.8.8 blackhole",
    "150: from all oif wg0 lookup 9",
    "32766: from all lookup main",
    "32767: from all lookup default",
]
NONE = ("none", "", None)


def ip(text: str) -> int:
    return int(ipaddress.ip_address(text))


def route(host: Host, dst: str, **more: Any) -> tuple[str, str, str | None]:
    family = ipaddress.ip_address(dst).version
    packet = {"src": 0, "mark": 0, "tos": 0, "in_interface": "eth0", "proto": 6, "dport": 80, "uid_owner": 0, "dst": ip(dst)} | more
    for row in host.routing(family) or ():
        match holds(row.when, packet):
            case Truth.YES:
                return row.kind, row.out, None if row.via is None else str(ipaddress.ip_address(row.via))
            case Truth.UNKNOWN:
                raise AssertionError(row)
            case _:
                pass
    return NONE


@pytest.mark.parametrize(
    ("expected", "dst"),
    [
        (("unicast", "eth0", "198.51.100.1"), "8.8.8.8"),  # the lower metric
        (("unicast", "eth0", None), "198.51.100.77"),
        (("unicast", "eth0", "198.51.100.2"), "10.9.9.9"),  # the longer prefix
        (("unicast", "eth0", "198.51.100.3"), "10.1.2.3"),
        (("unicast", "eth0", "198.51.100.5"), "10.2.2.3"),
        (("unicast", "eth0", "198.51.100.2"), "10.3.2.3"),  # dead
        (("blackhole", "", None), "10.66.0.1"),
        (("unreachable", "", None), "10.67.0.1"),
        (("unicast", "eth0", None), "172.17.0.1"),  # the gateway is of the other family
        (("unicast", "eth0", "2001:db8::1"), "2001:db8:99::1"),
        (("unicast", "wg0", None), "2001:db8:7::1"),
        (("unreachable", "lo", None), "2001:db8:8::1"),
    ],
)
def test_the_main_table_is_asked_for_the_longest_prefix_then_the_lowest_metric(expected: object, dst: str) -> None:
    assert route(Host(routes=ROUTES), dst) == expected


def test_a_route_for_a_tos_beats_one_for_all() -> None:
    assert route(Host(routes=ROUTES), "10.2.2.3", tos=0x10) == ("unicast", "eth0", "198.51.100.4")


@pytest.mark.parametrize(
    ("expected", "dst", "more"),
    [
        (("prohibit", "", None), "10.66.6.6", {}),
        (("local", "lo", None), "8.8.8.8", {"in_interface": "", "proto": 17, "dport": 53}),
        (("unicast", "eth0", "198.51.100.1"), "8.8.8.8", {"in_interface": "eth0", "proto": 17, "dport": 53}),
        (("unicast", "tun8", None), "9.9.9.9", {}),  # `not` turns all of them around together
        (("unicast", "tun0", "10.9.0.1"), "8.8.8.8", {"src": ip("192.168.1.9")}),
        (("unicast", "tun1", None), "10.1.2.3", {"src": ip("192.168.1.9")}),
        (("unicast", "eth0", "198.51.100.2"), "10.4.2.3", {"src": ip("192.168.1.9")}),  # thrown to the next rules
        (("unicast", "eth0", "198.51.100.2"), "10.6.6.1", {"src": ip("192.168.1.9")}),
        (("unicast", "tun0", "10.9.0.1"), "10.6.7.1", {"src": ip("192.168.1.9")}),
        (("local", "lo", None), "8.8.8.8", {"mark": 0x501}),
        (("unicast", "eth0", "198.51.100.1"), "8.8.8.8", {"mark": 0x502}),  # wg0's default has length 0: suppressed
        (("unicast", "eth0", "198.51.100.1"), "8.8.8.8", {"src": ip("192.168.2.9"), "in_interface": "eth1"}),  # goto
        (("blackhole", "", None), "8.8.8.8", {"src": ip("192.168.2.9"), "in_interface": "eth0"}),
    ],
)
def test_rules_are_asked_by_priority(expected: object, dst: str, more: dict[str, Any]) -> None:
    assert route(Host(routes=ROUTES, rules=RULES), dst, **more) == expected


def test_rules_of_the_other_family_are_not_asked_and_the_default_ones_stand_in() -> None:
    host = Host(routes=ROUTES, rules=["10: from 2001:db8:5::/48 blackhole"])
    assert route(host, "8.8.8.8") == ("unicast", "eth0", "198.51.100.1")
    assert route(host, "2001:db8:99::1", src=ip("2001:db8:5::1")) == ("blackhole", "", None)


@pytest.mark.parametrize(
    ("complete", "rows", "given", "family"),
    [
        (False, None, {}, 4),
        (True, 0, {"routes": []}, 4),
        (False, None, {"routes": []}, 6),
        (True, 1, {"routes": ["default dev tun0"]}, 4),
        (False, 2, {"interfaces": {"eth0": ["10.0.0.1/24", "10.0.0.2/24", "10.1.0.1/16", "10.2.0.1/32"]}}, 4),
        (False, 0, {"interfaces": {"eth0": ["10.0.0.1/24"]}}, 6),
        (True, 1, {"interfaces": {"eth0": ["2001:db8::1/64"]}, "routes": ["default dev tun0"]}, 6),
    ],
)
def test_routes_that_were_not_given_leave_what_is_beyond_open(complete: bool, rows: int | None, given: dict[str, Any], family: int) -> None:
    host = Host(**given)
    routing = host.routing(family)
    assert host.complete(family) is complete
    assert (None if routing is None else len(routing)) == rows


def test_addresses_alone_give_the_routes_that_the_kernel_makes() -> None:
    (row,) = Host(interfaces={"eth0": ["198.51.100.10/24"]}).routing(4) or ()
    assert (row.out, row.prefsrc, row.text) == ("eth0", ip("198.51.100.10"), "198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.10")


def test_of_several_next_hops_it_is_not_known_which_is_taken() -> None:
    text = "default proto static\n\tnexthop via 10.0.0.254 dev eth0 weight 1\n\tnexthop via 10.9.0.2 dev eth1 weight 2\n"
    first, second = Host(routes=read_routes(Source(text))).routing(4) or ()
    assert (first.out, second.out) == ("eth0", "eth1")
    assert holds(first.when, {"dst": 1}) is Truth.UNKNOWN
    assert holds(second.when, {"dst": 1}) is Truth.YES


def test_a_link_local_destination_stays_on_its_link() -> None:
    host = Host(routes=["fe80::/64 dev eth0 metric 256 pref medium", "fe80::/64 dev eth1 metric 256 pref medium"])
    assert route(host, "fe80::5", in_interface="eth1") == ("unicast", "eth1", None)
    assert route(host, "fe80::5", in_interface="") == ("unicast", "eth0", None)


SAME = [
    ("default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.5 metric 100",
     '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","protocol":"dhcp","prefsrc":"10.0.0.5","metric":100,"flags":[]}]'),
    ("172.16.0.0/12 via inet6 2001:db8::5 dev br0",
     '[{"dst":"172.16.0.0/12","via":{"family":"inet6","host":"2001:db8::5"},"dev":"br0","flags":[]}]'),
    ("default via inet6 fe80::1 dev eth0", '[{"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0","flags":[]}]'),
    ("throw 192.0.3.0/24 table 100", '[{"type":"throw","dst":"192.0.3.0/24","table":"100","flags":[]}]'),
    ("unreachable default dev lo metric 1024 pref medium",
     '[{"type":"unreachable","dst":"default","dev":"lo","metric":1024,"flags":[],"pref":"medium"}]'),
    ("10.0.0.0/8 tos 0x10 via 10.0.0.4 dev br0 linkdown dead",
     '[{"dst":"10.0.0.0/8","tos":"0x10","gateway":"10.0.0.4","dev":"br0","flags":["linkdown","dead"]}]'),
    ("default proto static nexthop via 10.0.0.254 dev br0 weight 1 nexthop via 10.9.0.2 dev v1 weight 2",
     '[{"dst":"default","protocol":"static","nexthops":[{"gateway":"10.0.0.254","dev":"br0","weight":1},{"gateway":"10.9.0.2","dev":"v1","weight":2}]}]'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "as_json"), SAME)
def test_the_text_and_the_json_of_ip_route_say_the_same(text: str, as_json: str) -> None:
    assert read_routes(Source(text)) == read_routes(Source(as_json))


@pytest.mark.parametrize(
    ("text", "as_json"),
    [
        ("0:\tfrom all lookup local", '[{"priority":0,"src":"all","table":"local"}]'),
        ("100: from 10.0.0.0/8 to 192.0.0.0/8 iif br0 lookup 100",
         '[{"priority":100,"src":"10.0.0.0","srclen":8,"dst":"192.0.0.0","dstlen":8,"iif":"br0","table":"100"}]'),
        ("101: not from all fwmark 0xca6c lookup 51820", '[{"priority":101,"not":null,"src":"all","fwmark":"0xca6c","table":"51820"}]'),
        ("102: from all lookup main suppress_prefixlength 0", '[{"priority":102,"src":"all","table":"main","suppress_prefixlen":0}]'),
        ("103: from all tos 0x10 fwmark 0x1/0xff lookup 100",
         '[{"priority":103,"src":"all","tos":"0x10","fwmark":"0x1","fwmask":"0xff","table":"100"}]'),
        ("105: from 10.1.2.3 goto 32766", '[{"priority":105,"src":"10.1.2.3","goto":32766}]'),
        ("106: from 6.6.6.6 prohibit", '[{"priority":106,"src":"6.6.6.6","action":"prohibit"}]'),
        ("107: from all oif v1 nop", '[{"priority":107,"src":"all","oif":"v1","nop":null}]'),
        ("108: from all lookup [l3mdev-table]", '[{"priority":108,"src":"all","l3mdev":null}]'),
    ],
)  # fmt: skip
def test_the_text_and_the_json_of_ip_rule_say_the_same(text: str, as_json: str) -> None:
    (a,), (b,) = read_rules(Source(text)), read_rules(Source(as_json))
    assert (a.priority, a.selectors, a.negated, a.action, a.argument, a.suppress) == (
        b.priority, b.selectors, b.negated, b.action, b.argument, b.suppress)  # fmt: skip


@pytest.mark.parametrize(
    ("message", "read", "text"),
    [
        ("x:2: error: '\\*filter' does not", read_routes, "default dev a\n*filter\n"),
        ("x:1: error: 'unreachable' needs a network", read_routes, "unreachable\n"),
        ("x:1: error: .*999", read_routes, "10.0.0.0/999 dev eth0"),
        ("x:1: error: .*metric|x:1: error: invalid literal", read_routes, "10.0.0.0/8 dev eth0 metric low"),
        ("x:1: error: 'dst' is missing", read_routes, '[{"dev": "eth0"}]'),
        ("x:2: error: this is not JSON", read_routes, '[{"dst": "default"},\n {"dst" "x"}]'),
        ("x:1: error: the JSON is not a list of objects", read_routes, "[1, 2]"),
        ("x:1: error: 'default' is not a priority", read_rules, "default via 10.0.0.1"),
        ("x:1: error: 'sideways' is not known", read_rules, "5: from all sideways"),
        ("x:1: error: 'fwmark' needs a value", read_rules, "5: from all fwmark"),
        ("x:1: error: invalid literal", read_rules, "5: from all fwmark red lookup 5"),
    ],
)
def test_a_bad_line_is_one_error_with_its_place(message: str, read: Any, text: str) -> None:
    with pytest.raises(HostError, match=message) as caught:
        read(Source(text, "x"))
    assert caught.value.expected


@given(st.text(max_size=60), st.sampled_from([read_routes, read_rules]))
def test_any_text_is_read_or_refused(text: str, read: Any) -> None:
    with suppress(HostError):
        read(Source(text))


NETS = st.tuples(st.integers(0, 0xFFFFFFFF), st.sampled_from([0, 1, 2, 3, 8, 32])).map(lambda pair: ipaddress.ip_network(pair, strict=False))


@given(st.lists(st.tuples(NETS, st.sampled_from(["dev a", "dev b metric 5"])), max_size=8), st.integers(0, 0xFFFFFFFF))
def test_the_row_that_decides_is_the_longest_prefix(lines: list[tuple[Any, str]], dst: int) -> None:
    host = Host(routes=[f"{where if where.prefixlen else 'default'} {tail}" for where, tail in lines])
    fits = [where.prefixlen for where, _ in lines if ipaddress.ip_address(dst) in where]
    row = next((row for row in host.routing(4) or () if holds(row.when, {"dst": dst}) is Truth.YES), None)
    assert (row is None) == (not fits)
    if row:
        assert int((row.text.split()[0] + "/0").split("/")[1]) == max(fits)


@pytest.mark.parametrize(
    ("families", "routes"),
    [
        ({4, 6}, ["default dev eth0"]),
        ({4}, ["default dev eth0", "10.0.0.0/8 dev eth1"]),
        ({6}, ["default dev eth0", "2001:db8::/64 dev eth1"]),
        ({4, 6}, ["default dev eth0", "10.0.0.0/8 dev eth1", "2001:db8::/64 dev eth1"]),
        ({4}, ["default dev eth0 scope link"]),
        ({6}, ["default dev eth0 metric 1024 pref medium"]),
        ({4}, ["default via 10.0.0.1 dev eth0"]),
    ],
)
def test_a_default_route_without_a_family_is_of_that_of_the_others(families: set[int], routes: list[str]) -> None:
    host = Host(routes=routes)
    assert {family for family in (4, 6) if any(route.text == routes[0] for route in host.routing(family) or ())} == families
