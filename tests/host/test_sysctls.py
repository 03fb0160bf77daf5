"""Settings, and what counts of several."""

from __future__ import annotations

import pytest

from iptsim.errors import HostError
from iptsim.host import Host
from iptsim.host.sysctls import read_sysctls
from iptsim.source import Source


@pytest.mark.parametrize(
    ("expected", "name", "given"),
    [
        (7, "net.ipv4.ip_forward", {}),
        (1, "net.ipv4.ip_forward", {"net.ipv4.ip_forward": 1}),
        (1, "net.ipv4.ip_forward", {"net": {"ipv4": {"ip_forward": True}}}),
        (1, "net.ipv4.ip_forward", {"net.ipv4.conf.all.forwarding": 1}),
        (1, "net.ipv4.conf.eth0.forwarding", {"net.ipv4.ip_forward": 1}),
        (0, "net.ipv4.conf.eth0.forwarding", {"net.ipv4.ip_forward": 1, "net.ipv4.conf.eth0.forwarding": 0}),
        (7, "net.ipv6.conf.eth0.forwarding", {"net.ipv4.ip_forward": 1}),
        (2, "net.ipv4.conf.eth0.rp_filter", {"net.ipv4.conf.all.rp_filter": 1, "net.ipv4.conf.eth0.rp_filter": 2}),
        (2, "net.ipv4.conf.eth0.rp_filter", {"net.ipv4.conf.all.rp_filter": 2, "net.ipv4.conf.eth0.rp_filter": 1}),
        (1, "net.ipv4.conf.eth0.rp_filter", {"net.ipv4.conf.all.rp_filter": 1}),
        (1, "net.ipv4.conf.eth0.route_localnet", {"net.ipv4.conf.all.route_localnet": 1, "net.ipv4.conf.eth0.route_localnet": 0}),
        (1, "net.ipv4.conf.eth0.accept_local", {"net.ipv4.conf.eth0.accept_local": 1, "net.ipv4.conf.all.accept_local": 0}),
        (7, "net.ipv4.conf.eth0.rp_filter", {"net.ipv4.conf.eth1.rp_filter": 1}),
        (1, "net.ipv4.conf.eth0.100.rp_filter", {"net.ipv4.conf.eth0/100.rp_filter": 1}),
        (1, "net/ipv4/conf/eth0.100/rp_filter", {"net.ipv4.conf.eth0/100.rp_filter": 1}),
        (0, "net.bridge.bridge-nf-call-iptables", {"net.bridge.bridge-nf-call-iptables": 0}),
    ],
)
def test_a_setting_counts_as_the_kernel_puts_it_together(expected: int, name: str, given: dict[str, object]) -> None:
    assert Host(sysctls=given).sysctl(name, 7) == expected


def test_sysctl_a_is_read_numbers_alone_are_kept() -> None:
    text = "# made by hand\nnet.ipv4.ip_forward = 1\nkernel.hostname = web-1\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\n\nsysctl: no permission\n"
    assert read_sysctls(Source(text)) == {"net.ipv4.ip_forward": 1}


def test_a_line_that_is_no_setting_is_an_error_with_its_place() -> None:
    with pytest.raises(HostError, match=r"x:2: error: '-A INPUT -j DROP' is not a setting"):
        read_sysctls(Source("net.ipv4.ip_forward = 1\n-A INPUT -j DROP\n", "x"))
