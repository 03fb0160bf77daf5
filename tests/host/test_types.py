"""What kind of address each address is."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iptsim.host import Host
from iptsim.host.links import Link, address
from iptsim.names import ADDRESS_TYPES
from iptsim.predicate import Truth, Unknown, holds, ranges

HOST = Host(
    interfaces=[
        Link("eth0", (address("198.51.100.10/24"), address("198.51.100.11/24"), address("2001:db8::10/64"))),
        Link("wg0", (address("10.6.0.1/32"),)),
        Link("p2p", (address("192.0.2.0/31"),)),
        Link("old", (address("10.8.0.1/24", broadcast="10.8.0.127"),)),
        Link("lo", (address("10.77.0.1/24"),)),
    ],
    sysctls={"net.ipv6.conf.all.forwarding": 1},
)


def kind(host: Host, text: str) -> str | None:
    value = ipaddress.ip_address(text)
    types = host.types(value.version)
    return None if types is None else next(ADDRESS_TYPES[number] for number, values in types if int(value) in values)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("LOCAL", "198.51.100.10"), ("LOCAL", "198.51.100.11"), ("UNICAST", "198.51.100.12"), ("BROADCAST", "198.51.100.255"),
        ("UNICAST", "198.51.100.0"), ("LOCAL", "10.6.0.1"), ("LOCAL", "192.0.2.0"), ("UNICAST", "192.0.2.1"),
        ("BROADCAST", "10.8.0.255"), ("BROADCAST", "10.8.0.127"), ("LOCAL", "10.77.0.9"), ("BROADCAST", "10.77.0.255"),
        ("LOCAL", "127.0.0.1"), ("LOCAL", "127.9.9.9"), ("BROADCAST", "127.255.255.255"), ("BROADCAST", "255.255.255.255"),
        ("BROADCAST", "0.0.0.0"), ("UNICAST", "0.0.0.1"), ("MULTICAST", "224.0.0.1"), ("MULTICAST", "239.255.255.255"), ("UNICAST", "240.0.0.1"),
        ("LOCAL", "::1"), ("UNSPEC", "::"), ("LOCAL", "2001:db8::10"), ("ANYCAST", "2001:db8::"), ("UNICAST", "2001:db8::11"),
        ("MULTICAST", "ff02::1"), ("UNICAST", "fe80::1"),
    ],
)  # fmt: skip
def test_each_address_has_the_type_that_the_kernel_gives_it(expected: str, text: str) -> None:
    assert kind(HOST, text) == expected


@pytest.mark.parametrize(
    ("expected", "text", "routes"),
    [
        ("LOCAL", "198.18.7.7", ["local 198.18.0.0/15 dev lo table local scope host"]),
        (None, "198.18.7.7", ["local 198.18.0.0/15 dev lo table 100"]),
        ("BROADCAST", "10.0.0.255", ["broadcast 10.0.0.255 dev br0 table local proto kernel scope link src 10.0.0.1"]),
        ("LOCAL", "2001:db8::1", ["local 2001:db8::1 dev br0 table local proto kernel metric 0 pref medium"]),
        (None, "10.0.0.1", ["default via 10.0.0.254 dev eth0"]),
        (None, "10.0.0.1", None),
    ],
)
def test_the_local_table_tells_what_addresses_do_not(expected: str | None, text: str, routes: list[str] | None) -> None:
    assert kind(Host(routes=routes), text) == expected


@pytest.mark.parametrize("family", [4, 6])
def test_what_is_fixed_holds_on_every_host(family: int) -> None:
    for number, values in HOST.fixed_types(family):
        own = dict(HOST.types(family) or ())[number]
        assert all(lo in own and hi in own for lo, hi in values.parts)


@pytest.mark.parametrize(("expected", "sysctls"), [("UNICAST", {"net.ipv6.conf.all.forwarding": 0}), ("ANYCAST", {})])
def test_routers_alone_answer_to_the_anycast_address_of_their_subnet(expected: str, sysctls: dict[str, int]) -> None:
    """Without a word about it a host forwards, here as in the walk."""
    assert kind(Host(interfaces={"eth0": ["2001:db8::10/64"]}, sysctls=sysctls), "2001:db8::") == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("UNICAST", "2001:db8:9::9"), ("ANYCAST", "2001:db8:51::"), ("UNICAST", "2001:db8:51::1"), ("UNICAST", "2001:db8:52::"),
        ("UNREACHABLE", "2001:db8:66::1"), ("UNREACHABLE", "fd00::1"), ("MULTICAST", "ff02::1"),
    ],
)  # fmt: skip
def test_ipv6_addresses_are_what_their_routes_say(expected: str, text: str) -> None:
    routes = [
        "2000::/3 via 2001:db8::1 dev eth0",
        "2001:db8:51::/64 dev eth0",
        "2001:db8:52::/64 via 2001:db8::9 dev eth0",
        "blackhole 2001:db8:66::/64",
    ]
    assert kind(Host(interfaces={"eth0": ["2001:db8::10/64"]}, routes=routes), text) == expected


V4 = st.tuples(st.integers(0, 0xFFFFFFFF), st.integers(1, 32)).map(lambda pair: f"{ipaddress.IPv4Address(pair[0])}/{pair[1]}")
V6 = st.tuples(st.integers(0, 2**128 - 1), st.integers(1, 128)).map(lambda pair: f"{ipaddress.IPv6Address(pair[0])}/{pair[1]}")


@given(st.dictionaries(st.sampled_from(["lo", "eth0", "br0"]), st.lists(V4 | V6, max_size=4)), st.sampled_from([4, 6]), st.integers(0, 1))
def test_types_are_disjoint_and_cover_everything(interfaces: dict[str, list[str]], family: int, forwarding: int) -> None:
    host = Host(interfaces=interfaces, sysctls={"net.ipv6.conf.all.forwarding": forwarding})
    parts = [part for _, values in host.types(family) or () for part in values.parts]
    assert ranges(parts).parts == ((0, 2 ** (32 if family == 4 else 128) - 1),)
    assert sum(hi - lo + 1 for lo, hi in parts) == 2 ** (32 if family == 4 else 128)


@pytest.mark.parametrize(
    ("expected", "text", "interface"),
    [
        (Truth.YES, "198.51.100.11", "eth0"), (Truth.NO, "198.51.100.11", "wg0"), (Truth.YES, "198.51.100.255", "eth0"),
        (Truth.NO, "203.0.113.1", "eth0"), (Truth.YES, "255.255.255.255", "wg0"),
    ],
)  # fmt: skip
def test_an_address_belongs_to_the_interface_that_holds_it(expected: Truth, text: str, interface: str) -> None:
    answer = HOST.answer(Unknown("", ("addrtype", "dst", "limit-iface-in")))
    assert answer is not None
    assert holds(answer, {"dst": int(ipaddress.ip_address(text)), "in_interface": interface}) is expected
