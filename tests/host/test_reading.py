"""Files about a host: alone, together, in a folder, in a tar."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest

from iptsim.errors import HostError
from iptsim.host import Host

SCENARIOS = sorted((Path(__file__).parents[2] / "fixtures" / "scenarios").glob("*.d"))
TOML = """\
routes = ["default via 198.51.100.1 dev eth0"]
rules = ["100: from 10.0.0.0/8 lookup main"]
neighbours = ["198.51.100.1 dev eth0 lladdr 02:00:00:00:00:01"]

[interfaces]
eth0 = ["198.51.100.10/24"]

[bridges]
docker0 = ["veth1"]

[sysctls]
net.ipv4.ip_forward = 1
"net.ipv4.conf.all.rp_filter" = 2

[ipsets.blocked]
type = "hash:net"
entries = ["192.0.2.0/24"]
"""


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda path: path.name)
def test_the_text_and_json_files_of_a_scenario_tell_the_same_host(folder: Path) -> None:
    bundle = Host.read(bundle=folder)
    sets = {"ipset": folder / "ipset.txt"} if (folder / "ipset.txt").exists() else {}
    texts = Host.read(addr=folder / "addr.txt", route=[folder / "route.txt"], rule=str(folder / "rule.txt"), sysctl=folder / "sysctl.txt", **sets)
    for family in (4, 6):
        assert bundle.types(family) == texts.types(family)
        assert bundle.routing(family) == texts.routing(family)
    assert (bundle.interfaces, bundle.bridges, bundle.sysctls, bundle.ipsets) == (texts.interfaces, texts.bridges, texts.sysctls, texts.ipsets)


def test_one_toml_tells_it_all(tmp_path: Path) -> None:
    (tmp_path / "host.toml").write_text(TOML)
    for host in (Host.read(toml=tmp_path / "host.toml"), Host.read(bundle=tmp_path)):
        assert host.interfaces is not None
        assert [str(a) for a in host.interfaces["eth0"]] == ["198.51.100.10/24"]
        assert [row.out for row in host.routing(4) or ()] == ["eth0", "eth0"]
        assert host.sysctl("net.ipv4.ip_forward", 0) == 1
        assert host.sysctl("net.ipv4.conf.eth0.rp_filter", 0) == 2
        assert (list(host.ipsets), host.bridges, len(host.neighbours)) == (["blocked"], {"docker0": ("veth1",)}, 1)


def test_several_files_of_one_kind_add_up(tmp_path: Path) -> None:
    (tmp_path / "four").write_text("default via 10.0.0.1 dev eth0\n")
    (tmp_path / "six").write_text("default via 2001:db8::1 dev eth0 metric 1024 pref medium\n")
    host = Host.read(route=[tmp_path / "four", tmp_path / "six"])
    assert host.complete(4)
    assert host.complete(6)


def test_a_tar_is_read_without_being_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "route.txt").write_text("default dev tun0\n")
    (folder / "sysctl.txt").write_text("net.ipv4.ip_forward = 1\n")
    (folder / "rules.v4").write_text("*filter\n")
    with tarfile.open(tmp_path / "host.tar", "w") as tar:
        tar.add(folder, "iptsim-web-1")
    host = Host.read(bundle=tmp_path / "host.tar")
    assert [row.out for row in host.routing(4) or ()] == ["tun0"]
    assert host.sysctl("net.ipv4.ip_forward", 0) == 1


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        ("f:1: error: 'default' does not start a line of `ip addr`", "addr", "default via 10.0.0.1 dev eth0"),
        ("f:2: error: .*not-an-address", "addr", "2: eth0: <UP> mtu 1500\n    inet not-an-address scope global eth0\n"),
        ("f:1: error: 'ifname' is missing", "addr", '[{"addr_info": []}]'),
        ("f:1: error: this cannot be read", "addr", '[{"ifname": "eth0", "addr_info": 7}]'),
        ("f:1: error: this is a binary file", "route", "\0\1"),
        ("f:1: error: an object is neither", "docker", "[{}, {\"Name\": 1}]"),
        ("f:1: error: this is not JSON", "docker", "web 172.17.0.2"),
        ("f:2: error: a host has no 'color'", "toml", "routes = []\ncolor = 1\n"),
        ("f:2: error: this is not TOML", "toml", "routes = []\nrules = [\n"),
        ("f:2: error: interfaces: .*300", "toml", "routes = []\n[interfaces]\neth0 = ['10.0.0.300/24']\n"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_error_with_its_place(message: str, kind: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(text)
    with pytest.raises(HostError, match=message) as caught:
        Host.read(**{kind: tmp_path / "f"})
    assert caught.value.span
    assert caught.value.expected


@pytest.mark.parametrize(
    ("message", "files"),
    [
        ("cannot be read: No such file", {"addr": "missing"}),
        ("cannot be read: Is a directory", {"addr": "."}),
        ("is not a folder or a tar file", {"bundle": "plain"}),
        ("is not a folder or a tar file", {"bundle": "missing"}),
        ("holds no file about a host", {"bundle": "."}),
        ("no file 'addresses' about a host", {"addresses": "x"}),
    ],
)
def test_a_file_that_is_not_there_is_an_error(message: str, files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("not a tar")
    with pytest.raises(HostError, match=message):
        Host.read(**{kind: tmp_path / name for kind, name in files.items()})


@pytest.mark.parametrize(
    ("message", "given"),
    [
        ("a host has no 'interface'", {"interface": {}}),
        ("interfaces: .*nowhere", {"interfaces": {"eth0": ["nowhere"]}}),
        ("routes: .*nowhere", {"routes": ["nowhere"]}),
        ("rules: .*nowhere", {"rules": ["nowhere"]}),
        ("ipsets: .*nowhere", {"ipsets": {"a": ["nowhere"]}}),
        ("sysctls: ", {"sysctls": {"a": "red"}}),
    ],
)
def test_a_bad_value_from_python_is_one_error(message: str, given: dict[str, Any]) -> None:
    with pytest.raises(HostError, match=message) as caught:
        Host(**given)
    assert caught.value.expected
