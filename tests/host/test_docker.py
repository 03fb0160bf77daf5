"""What Docker tells: names of containers, bridges of networks."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest

from iptsim.errors import HostError
from iptsim.host import Host

DOCKER: list[dict[str, Any]] = [
    {"Id": "4f5a0c9d1e2b" + "0" * 52, "Name": "/web", "NetworkSettings": {"Networks": {
        "bridge": {"IPAddress": "172.17.0.2", "NetworkID": "aa" * 32}, "app": {"IPAddress": "172.18.0.2", "GlobalIPv6Address": "fd00::2"}}}},
    {"Id": "5f5a0c9d1e2b" + "0" * 52, "Name": "/stopped", "NetworkSettings": {"Networks": {"gone": {"IPAddress": "", "NetworkID": "b1" * 32}}}},
    {"Name": "bridge", "Id": "aa" * 32, "Driver": "bridge", "Options": {"com.docker.network.bridge.name": "docker0"},
     "IPAM": {"Config": [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]}, "Containers": {}},
    {"Name": "app", "Id": "0123456789abcdef" + "0" * 48, "Driver": "bridge", "Options": None,
     "IPAM": {"Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}, {"Subnet": "fd00::/64"}]},
     "Containers": {"77": {"Name": "db", "IPv4Address": "172.18.0.3/16", "IPv6Address": ""}}},
    {"Name": "host", "Id": "cc" * 32, "Driver": "host", "IPAM": {"Config": None}},
]  # fmt: skip
HOST = Host(docker=DOCKER)


@pytest.mark.parametrize(
    ("expected", "name", "family"),
    [
        ("172.17.0.2", "web", 4), ("fd00::2", "web", 6), ("172.17.0.2", "4f5a0c9d1e2b", 4), ("172.18.0.3", "db", 4),
        (None, "db", 6), (None, "stopped", 4), (None, "nobody", 4),
    ],
)  # fmt: skip
def test_a_name_is_an_address(expected: str | None, name: str, family: int) -> None:
    found = HOST.resolve(name, family)
    assert (None if found is None else str(ipaddress.ip_address(found))) == expected


def test_networks_have_the_bridge_that_docker_names() -> None:
    assert [(n.name, n.interface, str(n.subnet)) for n in HOST.networks] == [
        ("bridge", "docker0", "172.17.0.0/16"), ("app", "br-0123456789ab", "172.18.0.0/16"), ("app", "br-0123456789ab", "fd00::/64"),
    ]  # fmt: skip
    assert [a.interface for a in HOST.names["web"]] == ["docker0", "br-0123456789ab", "br-0123456789ab"]


def test_networks_give_routes_where_addresses_are_not_known() -> None:
    assert [(row.out, row.text) for row in HOST.routing(4) or ()] == [
        ("docker0", "172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1"),
        ("br-0123456789ab", "172.18.0.0/16 dev br-0123456789ab proto kernel scope link src 172.18.0.1"),
    ]
    assert not HOST.complete(4)
    assert HOST.types(4) is None


@pytest.mark.parametrize("given", [[{"Name": "x"}], [7], [{"IPAM": {"Config": [{"Subnet": "10.0.0.0/99"}]}, "Name": "x", "Id": "y"}]])
def test_what_docker_does_not_print_is_an_error(given: Any) -> None:
    with pytest.raises(HostError) as caught:
        Host(docker=json.loads(json.dumps(given)))
    assert "docker inspect" in caught.value.expected
