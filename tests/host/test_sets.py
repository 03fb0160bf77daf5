"""Membership of ipsets."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iptsim.errors import HostError
from iptsim.host import Host
from iptsim.host.sets import read_sets
from iptsim.predicate import NEVER, Ranges, Test, Truth, Unknown, holds
from iptsim.source import Source

SAVED = """\
create nets hash:net family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x0a17f50f
add nets 10.0.0.0/8 comment "feed A, not a nomatch entry"
add nets 10.1.0.0/16 timeout 600 nomatch packets 0 bytes 0 comment "false positive"
add nets 10.1.2.0/24
add nets 192.0.2.10-192.0.2.20
create hosts hash:ip family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x8c52b8fe
add hosts 192.0.2.66 timeout 0
create wide hash:ip family inet netmask 24
add wide 203.0.113.0
create v6 hash:net family inet6 hashsize 1024 maxelem 65536
add v6 2001:db8::/32
create services hash:ip,port family inet
add services 10.0.0.1,tcp:80
add services 10.0.0.1,81
add services 10.0.0.1,udp:53-54
add services 10.0.0.1,icmp:echo-request
add services 10.0.0.1,icmp:3/4
add services 10.0.0.1,gre:0
add services 10.0.0.1,132:5
create triple hash:ip,port,net family inet
add triple 10.0.0.1,tcp:80,172.16.0.0/12
add triple 10.0.0.1,tcp:80,172.17.0.0/16 nomatch
create pair hash:net,net family inet
add pair 10.0.0.0/8,172.16.0.0/12
add pair 10.1.0.0/16,172.17.0.0/16 nomatch
add pair 10.1.1.0/24,172.16.0.0/12
create ifaces hash:net,iface family inet
add ifaces 10.0.0.0/8,eth0
add ifaces 10.0.0.0/8,physdev:veth1
add ifaces 10.2.0.0/16,eth0 nomatch
add ifaces 11.0.0.0/8,ppp timeout 5 wildcard
create marks hash:ip,mark family inet markmask 0xff
add marks 10.0.0.1,0x10
create macs hash:mac
add macs 01:02:03:04:05:06
create ipmac hash:ip,mac family inet
add ipmac 10.0.0.1,01:02:03:04:05:06
create bits bitmap:ip range 10.0.0.0-10.0.255.255
add bits 10.0.3.0-10.0.3.7
create ports bitmap:port range 0-1000
add ports 80
add ports 81-90
create bmac bitmap:ip,mac range 10.0.0.0-10.0.0.255
add bmac 10.0.0.5
add bmac 10.0.0.6,01:02:03:04:05:06
create all list:set size 8
add all nets
add all hosts
add all services
add all gone
"""
HOST = Host(ipsets=read_sets(Source(SAVED)))
MAC = 0x010203040506


def packet(**fields: Any) -> dict[str, Any]:
    base = {"src": "0.0.0.0", "dst": "0.0.0.0", "proto": 6, "sport": 1, "dport": 80, "fragment": 0, "mark": 0, "mac_source": 0,
            "in_interface": "eth9", "out_interface": "eth9", "physdev_in": "", "physdev_out": "", "icmp_type": 0, "icmp_code": 0}  # fmt: skip
    given = base | fields
    return given | {end: int(ipaddress.ip_address(given[end])) for end in ("src", "dst")}


def member(name: str, dims: str, *more: str, **fields: Any) -> str:
    answer = HOST.answer(Unknown("", ("set", name, dims, *more)), 6 if ":" in fields.get("src", "") else 4)
    assert answer is not None
    return holds(answer, packet(**fields)).name


@pytest.mark.parametrize(
    ("expected", "name", "dims", "fields"),
    [
        ("YES", "nets", "src", {"src": "10.9.9.9"}), ("NO", "nets", "src", {"src": "10.1.9.9"}), ("YES", "nets", "src", {"src": "10.1.2.9"}),
        ("NO", "nets", "src", {"src": "11.0.0.1"}), ("YES", "nets", "dst", {"dst": "192.0.2.15"}), ("NO", "nets", "dst", {"dst": "192.0.2.21"}),
        ("YES", "nets", "src,dst", {"src": "10.9.9.9"}),  # more directions than dimensions: the rest is not looked at
        ("YES", "hosts", "src", {"src": "192.0.2.66"}), ("NO", "hosts", "dst", {"src": "192.0.2.66"}),
        ("YES", "wide", "src", {"src": "203.0.113.77"}), ("NO", "wide", "src", {"src": "203.0.114.1"}),
        ("YES", "v6", "src", {"src": "2001:db8::1"}), ("NO", "v6", "src", {"src": "32.1.13.184"}), ("NO", "hosts", "src", {"src": "::c000:242"}),
        ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "dport": 80}), ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "dport": 81}),
        ("NO", "services", "dst,dst", {"dst": "10.0.0.1", "dport": 82}), ("NO", "services", "dst,dst", {"dst": "10.0.0.2"}),
        ("NO", "services", "dst,src", {"dst": "10.0.0.1"}), ("YES", "services", "src,src", {"src": "10.0.0.1", "sport": 80}),
        ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 17, "dport": 54}),
        ("NO", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 17, "dport": 80}),
        ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 1, "icmp_type": 8}),
        ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 1, "icmp_type": 3, "icmp_code": 4}),
        ("NO", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 1, "icmp_type": 3, "icmp_code": 5}),
        ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 47}),
        ("YES", "services", "dst,dst", {"dst": "10.0.0.1", "proto": 132, "dport": 5}),
        ("NO", "services", "dst,dst", {"dst": "10.0.0.1", "dport": 80, "fragment": 1}),
        ("NO", "services", "dst", {"dst": "10.0.0.1"}),  # fewer directions than dimensions: never
        ("YES", "triple", "src,dst,dst", {"src": "10.0.0.1", "dst": "172.18.0.1"}),
        ("NO", "triple", "src,dst,dst", {"src": "10.0.0.1", "dst": "172.17.0.1"}),
        ("NO", "triple", "src,dst", {"src": "10.0.0.1", "dst": "172.18.0.1"}),
        ("YES", "pair", "src,dst", {"src": "10.9.0.1", "dst": "172.17.0.1"}), ("NO", "pair", "src,dst", {"src": "10.1.0.1", "dst": "172.17.0.1"}),
        ("YES", "pair", "src,dst", {"src": "10.1.1.1", "dst": "172.17.0.1"}), ("YES", "pair", "src,dst", {"src": "10.1.0.1", "dst": "172.18.0.1"}),
        ("YES", "pair", "dst,src", {"dst": "10.9.0.1", "src": "172.17.0.1"}),
        ("YES", "ifaces", "src,src", {"src": "10.0.0.1", "in_interface": "eth0"}),
        ("NO", "ifaces", "src,src", {"src": "10.0.0.1", "in_interface": "eth1"}),
        ("YES", "ifaces", "src,dst", {"src": "10.0.0.1", "out_interface": "eth0"}),
        ("NO", "ifaces", "src,src", {"src": "10.2.0.1", "in_interface": "eth0"}),
        ("YES", "ifaces", "src,src", {"src": "10.1.0.1", "physdev_in": "veth1"}),
        ("NO", "ifaces", "src,src", {"src": "10.2.0.1", "physdev_in": "veth1"}),  # the longest prefix decides, of whatever interface it is
        ("YES", "ifaces", "src,src", {"src": "11.2.0.1", "in_interface": "ppp7"}),
        ("YES", "marks", "src,src", {"src": "10.0.0.1", "mark": 0x5510}), ("NO", "marks", "src,src", {"src": "10.0.0.1", "mark": 0x5511}),
        ("YES", "macs", "src", {"mac_source": MAC}), ("NO", "macs", "src", {"mac_source": MAC + 1}), ("UNKNOWN", "macs", "dst", {}),
        ("YES", "ipmac", "src,src", {"src": "10.0.0.1", "mac_source": MAC}), ("NO", "ipmac", "src,src", {"src": "10.0.0.1"}),
        ("YES", "bits", "src", {"src": "10.0.3.7"}), ("NO", "bits", "src", {"src": "10.0.3.8"}),
        ("YES", "ports", "dst", {"dport": 85}), ("YES", "ports", "dst", {"proto": 17}), ("NO", "ports", "dst", {"proto": 132}),
        ("NO", "ports", "dst", {"fragment": 1}), ("YES", "ports", "src", {"sport": 80, "dport": 1}),
        ("YES", "bmac", "src,src", {"src": "10.0.0.5", "mac_source": 7}), ("NO", "bmac", "src,src", {"src": "10.0.0.6", "mac_source": 7}),
        ("NO", "bmac", "src,dst", {"src": "10.0.0.5"}),
        ("YES", "all", "src", {"src": "192.0.2.66"}), ("YES", "all", "src", {"src": "10.1.2.3"}), ("UNKNOWN", "all", "src", {"src": "10.1.9.9"}),
        ("YES", "all", "dst,dst", {"dst": "10.0.0.1"}), ("UNKNOWN", "all", "dst", {"dst": "11.0.0.1"}),
    ],
)  # fmt: skip
def test_a_packet_is_a_member_as_the_kernel_tests_it(expected: str, name: str, dims: str, fields: dict[str, Any]) -> None:
    assert member(name, dims, **fields) == expected


@pytest.mark.parametrize(
    ("expected", "name", "src"),
    [("NO", "nets", "10.9.9.9"), ("YES", "nets", "10.1.9.9"), ("NO", "nets", "10.1.2.9"), ("NO", "nets", "11.0.0.1"), ("YES", "hosts", "192.0.2.66")],
)
def test_return_nomatch_makes_the_exceptions_members(expected: str, name: str, src: str) -> None:
    assert member(name, "src", "--return-nomatch", src=src) == expected


@pytest.mark.parametrize(
    "key",
    [("set", "nowhere", "src"), ("set", "nets", "src", "--packets-gt 5"), ("owner", "x", "y"), ("set",), ("addrtype", "src", "limit-iface-in")],
)
def test_what_the_host_does_not_know_has_no_answer(key: tuple[str, ...]) -> None:
    assert HOST.answer(Unknown("", key)) is None


def test_a_set_of_one_dimension_is_one_test_with_merged_ranges() -> None:
    host = Host(ipsets={"x": {"type": "hash:ip", "entries": ["10.0.0.1", "10.0.0.3", "10.0.0.2"]}})
    assert host.answer(Unknown("", ("set", "x", "src"))) == Test("src", Ranges(((0x0A000001, 0x0A000003),)))


def test_a_set_without_entries_has_no_members() -> None:
    assert Host(ipsets={"x": {"type": "hash:ip,port"}}).answer(Unknown("", ("set", "x", "src,dst"))) == NEVER


def test_ipset_list_says_the_same_as_ipset_save() -> None:
    listed = (
        "Name: a\nType: hash:net\nRevision: 7\nHeader: family inet hashsize 1024 maxelem 65536 bucketsize 12\nSize in memory: 568\n"
        'References: 1\nNumber of entries: 2\nMembers:\n10.0.0.0/8 comment "b: c"\n10.1.0.0/16 nomatch\n\n'
        "Name: b\nType: list:set\nRevision: 3\nHeader: size 8\nSize in memory: 1\nReferences: 0\nNumber of entries: 1\nMembers:\na\n"
    )
    saved = "create a hash:net family inet\nadd a 10.0.0.0/8\nadd a 10.1.0.0/16 nomatch\ncreate b list:set size 8\nadd b a\n"
    as_json = (
        '[{"name": "a", "type": "hash:net", "header": {"family": "inet", "hashsize": 1024}, "members": [{"elem": "10.0.0.0/8"},'
        ' {"elem": "10.1.0.0/16", "nomatch": true}]}, {"name": "b", "type": "list:set", "header": {"size": 8}, "members": [{"elem": "a"}]}]'
    )
    assert read_sets(Source(listed)) == read_sets(Source(saved)) == read_sets(Source(as_json))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("x:1: error: the set 'a' is not created before", "add a 10.0.0.1"),
        ("x:1: error: 'hash:iq' is not a type", "create a hash:iq family inet"),
        ("x:1: error: 'inet9' is not a family", "create a hash:ip family inet9"),
        ("x:2: error: '10.0.0.300' is not an IPv4 address", "create a hash:ip family inet\nadd a 10.0.0.300\n"),
        ("x:2: error: .* impossible prefix length", "create a hash:net family inet\nadd a 10.0.0.0/33\n"),
        ("x:2: error: the range .* backwards", "create a hash:net family inet\nadd a 10.0.0.9-10.0.0.1\n"),
        ("x:2: error: '10.0.0.1' has 1 parts, hash:ip,port has 2", "create a hash:ip,port family inet\nadd a 10.0.0.1\n"),
        ("x:2: error: '99999' is not a port", "create a hash:ip,port family inet\nadd a 10.0.0.1,tcp:99999\n"),
        ("x:1: error: '\\*filter' is not a line of `ipset save`", "*filter\n:INPUT ACCEPT [0:0]\n"),
        ("x:2: error: .* not a MAC address", "create a hash:mac\nadd a 01:02\n"),
        ("x:1: error: 'type' is missing", '[{"name": "a"}]'),
    ],
)
def test_a_bad_line_is_one_error_with_its_place(message: str, text: str) -> None:
    with pytest.raises(HostError, match=message) as caught:
        read_sets(Source(text, "x"))
    assert caught.value.expected


@given(st.text(max_size=60) | st.text(max_size=30).map(lambda tail: f"create a hash:ip,port family inet\nadd a {tail}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(HostError):
        read_sets(Source(text))


# Small networks in a small world, so that they nest often.
PAIRS = st.tuples(st.integers(0, 15), st.sampled_from([28, 29, 30, 31, 32]))
SMALL = PAIRS.map(lambda pair: str(ipaddress.ip_network(f"10.0.0.{pair[0]}/{pair[1]}", strict=False)))
ENTRIES = st.dictionaries(st.tuples(SMALL, SMALL), st.booleans(), max_size=6)


@given(ENTRIES, st.integers(0, 15), st.integers(0, 15))
def test_of_two_networks_the_first_component_ranks_first(entries: dict[tuple[str, str], bool], src: int, dst: int) -> None:
    host = Host(ipsets={"x": {"type": "hash:net,net", "entries": [f"{a},{b}{' nomatch' if no else ''}" for (a, b), no in entries.items()]}})
    at = [ipaddress.ip_address(f"10.0.0.{value}") for value in (src, dst)]
    nets = [([ipaddress.ip_network(text) for text in pair], no) for pair, no in entries.items()]
    fits = [([n.prefixlen for n in pair], no) for pair, no in nets if all(a in n for a, n in zip(at, pair, strict=True))]
    expected = bool(fits) and not max(fits)[1]
    answer = host.answer(Unknown("", ("set", "x", "src,dst")))
    assert answer is not None
    assert (holds(answer, {"src": int(at[0]), "dst": int(at[1])}) is Truth.YES) == expected


@given(st.dictionaries(st.tuples(SMALL, st.integers(1, 3)), st.booleans(), max_size=8), st.integers(0, 15), st.integers(1, 3))
def test_of_a_network_and_a_port_the_longest_prefix_with_that_port_decides(entries: dict[tuple[str, int], bool], src: int, port: int) -> None:
    host = Host(ipsets={"x": {"type": "hash:net,port", "entries": [f"{a},{b}{' nomatch' if no else ''}" for (a, b), no in entries.items()]}})
    at = ipaddress.ip_address(f"10.0.0.{src}")
    fits = [(ipaddress.ip_network(text).prefixlen, no) for (text, tcp), no in entries.items() if tcp == port and at in ipaddress.ip_network(text)]
    answer = host.answer(Unknown("", ("set", "x", "src,dst")))
    assert answer is not None
    assert (holds(answer, packet(src=str(at), dport=port)) is Truth.YES) == (bool(fits) and not max(fits)[1])
