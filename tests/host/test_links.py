"""Interfaces, their addresses, and the choices the kernel makes among them."""

from __future__ import annotations

import ipaddress

import pytest

from iptsim.host import Host
from iptsim.host.links import read_links
from iptsim.source import Source

TEXT = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 7e:27:2f:85:57:f9 brd ff:ff:ff:ff:ff:ff
    altname enp1s0
    inet 198.51.100.10/24 brd 198.51.100.255 scope global eth0
       valid_lft forever preferred_lft forever
    inet 203.0.113.7/24 scope global eth0
    inet 198.51.100.11/24 scope global secondary eth0
    inet6 2001:db8::10/64 scope global
    inet6 fe80::7c27:2fff:fe85:57f9/64 scope link
3: ppp0: <POINTOPOINT,UP> mtu 1492
    inet 10.9.0.1 peer 10.9.0.2/32 scope global ppp0
4: br0: <BROADCAST,UP> mtu 1500
    bridge forward_delay 1500 hello_time 200
5: veth1@if2: <BROADCAST,UP> mtu 1500 qdisc noqueue master br0 state UP
6: eth0.100@eth0: <BROADCAST> mtu 1500
    inet 169.254.3.4/16 scope link eth0.100
"""
JSON = """[
 {"ifname": "lo", "addr_info": [{"family": "inet", "local": "127.0.0.1", "prefixlen": 8, "scope": "host"}]},
 {"ifname": "eth0", "addr_info": [
  {"family": "inet", "local": "198.51.100.10", "prefixlen": 24, "broadcast": "198.51.100.255", "scope": "global"},
  {"family": "inet", "local": "203.0.113.7", "prefixlen": 24, "scope": "global"},
  {"family": "inet", "local": "198.51.100.11", "prefixlen": 24, "scope": "global", "secondary": true},
  {"family": "inet6", "local": "2001:db8::10", "prefixlen": 64, "scope": "global"},
  {"family": "inet6", "local": "fe80::7c27:2fff:fe85:57f9", "prefixlen": 64, "scope": "link"}]},
 {"ifname": "ppp0", "addr_info": [{"family": "inet", "local": "10.9.0.1", "address": "10.9.0.2", "prefixlen": 32, "scope": "global"}]},
 {"ifname": "br0", "linkinfo": {"info_kind": "bridge"}, "addr_info": []}, {},
 {"ifname": "veth1", "master": "br0", "addr_info": []},
 {"ifname": "eth0.100", "addr_info": [{"family": "inet", "local": "169.254.3.4", "prefixlen": 16, "scope": "link"}]}]
"""
HOST = Host(interfaces=read_links(Source(TEXT)))


def ip(text: str | None) -> int | None:
    return int(ipaddress.ip_address(text)) if text else None


def test_the_text_and_the_json_of_ip_addr_say_the_same() -> None:
    assert read_links(Source(TEXT)) == read_links(Source(JSON))


def test_interfaces_come_in_the_order_of_ip_addr_with_the_addresses_of_lo_added() -> None:
    assert HOST.interfaces is not None
    assert list(HOST.interfaces) == ["lo", "eth0", "ppp0", "br0", "veth1", "eth0.100"]
    assert [str(a) for a in HOST.interfaces["lo"]] == ["127.0.0.1/8", "::1/128"]
    assert [str(a) for a in HOST.interfaces["eth0"]][:3] == ["198.51.100.10/24", "203.0.113.7/24", "198.51.100.11/24"]


def test_a_host_without_addresses_does_not_know_its_interfaces() -> None:
    assert Host().interfaces is None


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ({"br0": ("veth1",)}, {"interfaces": read_links(Source(TEXT))}),
        ({"br0": ("veth1",)}, {"interfaces": read_links(Source(JSON))}),
        ({"docker0": ("veth7", "veth8")}, {"bridges": {"docker0": ["veth7", "veth8"]}}),
        ({}, {}),
    ],
)
def test_bridges_have_the_ports_that_name_them_as_master(expected: object, given: dict[str, object]) -> None:
    assert Host(**given).bridges == expected


@pytest.mark.parametrize(
    ("expected", "interface", "nexthop", "family"),
    [
        ("198.51.100.10", "eth0", "198.51.100.1", 4),
        ("203.0.113.7", "eth0", "203.0.113.1", 4),
        ("198.51.100.10", "eth0", None, 4),
        ("198.51.100.10", "eth0", "192.0.2.1", 4),  # in no subnet of it: the first
        ("10.9.0.1", "ppp0", "10.9.0.2", 4),
        ("198.51.100.10", "br0", "192.0.2.1", 4),  # has none: of another interface
        ("198.51.100.10", "eth0.100", "169.254.0.1", 4),  # scope link is not for the world
        (None, "wlan0", "192.0.2.1", 4),
        ("2001:db8::10", "eth0", "2001:db8:7::1", 6),
    ],
)
def test_masquerade_takes_the_address_that_the_kernel_selects(expected: str | None, interface: str, nexthop: str | None, family: int) -> None:
    assert HOST.address_for(interface, ip(nexthop), family) == ip(expected)


@pytest.mark.parametrize(
    ("expected", "interface", "family"),
    [("198.51.100.10", "eth0", 4), ("169.254.3.4", "eth0.100", 4), (None, "br0", 4), (None, "wlan0", 4), ("2001:db8::10", "eth0", 6)],
)
def test_redirect_takes_the_first_address_of_the_interface(expected: str | None, interface: str, family: int) -> None:
    assert HOST.first_address(interface, family) == ip(expected)


def test_without_addresses_no_choice_is_known() -> None:
    assert Host().address_for("eth0", None, 4) is None
    assert Host().first_address("eth0", 4) is None


def test_interface_names_come_from_whatever_names_them() -> None:
    host = Host(routes=["default via 10.0.0.1 dev wan0"], bridges={"br0": ["tap1"]})
    assert host.interface_names() == ["wan0", "br0", "tap1"]
