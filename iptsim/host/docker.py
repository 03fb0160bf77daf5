"""What Docker says: the addresses of containers, and the bridges of networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from iptsim.host.places import Net, ip_value, net
from iptsim.host.routes import Hop, RouteLine
from iptsim.values import ip_text


class Network(NamedTuple):
    """A subnet of a Docker network: the bridge that holds it, and the host's own address there."""

    name: str
    interface: str
    subnet: Net
    gateway: int | None


class Attachment(NamedTuple):
    """An address of a container, and the interface of the host behind which it is; "" where that is not known."""

    address: int
    family: int
    interface: str


def read_objects(objects: Iterable[Mapping[str, Any]]) -> tuple[tuple[Network, ...], dict[str, tuple[Attachment, ...]]]:
    """The networks, and container name or id -> addresses. Raises ValueError, KeyError and their like for what Docker does not print."""
    given = list(objects)
    nets = [item for item in given if "IPAM" in item]
    containers = [item for item in given if "NetworkSettings" in item]
    if len(nets) + len(containers) < len(given):
        raise ValueError("an object is neither a container nor a network")
    networks = tuple(network for item in nets for network in _networks(item))
    names: dict[str, tuple[Attachment, ...]] = {}
    for item in containers:
        found = tuple(_attachments(item["NetworkSettings"], {network.name: network.interface for network in networks}))
        for name in (str(item.get("Name", "")).lstrip("/"), str(item.get("Id", "")), str(item.get("Id", ""))[:12]):
            names[name] = found
    for item in nets:  # a network lists its containers too
        for row in (item.get("Containers") or {}).values():
            name, bridge = str(row.get("Name", "")), _bridge(item)
            listed = [_attachment(row[key].partition("/")[0], bridge) for key in ("IPv4Address", "IPv6Address") if row.get(key)]
            names[name] = tuple(dict.fromkeys((*names.get(name, ()), *listed)))
    names.pop("", None)
    return networks, names


def _networks(item: Mapping[str, Any]) -> Iterable[Network]:
    if item.get("Driver", "bridge") != "bridge":
        return
    for row in item["IPAM"].get("Config") or ():
        if row.get("Subnet"):
            gateway = ip_value(row["Gateway"].partition("/")[0])[0] if row.get("Gateway") else None
            yield Network(item["Name"], _bridge(item), net(row["Subnet"]), gateway)


def _bridge(item: Mapping[str, Any]) -> str:
    """Docker's own choice of a name, where the network does not set one."""
    named = (item.get("Options") or {}).get("com.docker.network.bridge.name")
    return str(named or ("docker0" if item.get("Name") == "bridge" else f"br-{str(item['Id'])[:12]}"))


def _attachments(settings: Mapping[str, Any], bridges: Mapping[str, str]) -> Iterable[Attachment]:
    for name, row in (settings.get("Networks") or {}).items():
        bridge = bridges.get(name) or ("docker0" if name == "bridge" else f"br-{row['NetworkID'][:12]}" if row.get("NetworkID") else "")
        for key in ("IPAddress", "GlobalIPv6Address"):
            if row.get(key):
                yield _attachment(row[key], bridge)


def _attachment(text: str, bridge: str) -> Attachment:
    return Attachment(*ip_value(text), bridge)


def connected(networks: Iterable[Network]) -> list[RouteLine]:
    """The routes that the kernel makes for the networks' bridges."""
    found = []
    for network in networks:
        tail = f" src {ip_text(network.gateway, network.subnet.family)}" if network.gateway is not None else ""
        text = f"{network.subnet} dev {network.interface} proto kernel scope link{tail}"
        found.append(RouteLine(network.subnet, hops=(Hop(network.interface),), prefsrc=network.gateway, text=text))
    return found
