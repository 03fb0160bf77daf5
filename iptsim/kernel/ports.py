"""The far ends of the host's interfaces: where packets are put in, and taken out again."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from dataclasses import dataclass
from typing import Protocol

from iptsim.kernel.namespaces import Namespace, write_sysctl
from iptsim.kernel.tools import run

_DEVICE = "/dev/net/tun"
_TUNSETIFF, _TAP, _NO_HEADER = 0x400454CA, 2, 0x1000
_PACKET, _IGNORE_OUTGOING, _EVERYTHING = 263, 23, 3  # SOL_PACKET, PACKET_IGNORE_OUTGOING, ETH_P_ALL
_TYPE = {4: b"\x08\x00", 6: b"\x86\xdd"}


@dataclass(frozen=True, slots=True)
class Frame:
    """An Ethernet frame: MAC addresses, and what it carries."""

    to: int
    sender: int
    data: bytes

    def encode(self, family: int) -> bytes:
        return self.to.to_bytes(6, "big") + self.sender.to_bytes(6, "big") + _TYPE[family] + self.data


class Port(Protocol):
    """An Ethernet interface of the host, with this process at its other end.

    A write is synchronous: when it returns the packet has been all the way, and everything that came of it is there to be read.
    """

    def write(self, data: bytes) -> None: ...

    def read(self) -> bytes | None: ...

    def close(self) -> None: ...


def opened() -> bool:
    """May this process make TAP interfaces?"""
    return os.access(_DEVICE, os.R_OK | os.W_OK)


def port(name: str, far: Namespace | None) -> Port:
    """An interface of the namespace that this thread is in; a pair of veth with its other end in `far`, if that is given."""
    return Tap(name) if far is None else Veth(name, far)


def packets(port: Port) -> list[bytes]:
    """The IP packets that left by it since the last time."""
    found: list[bytes] = []
    while (data := port.read()) is not None:
        if data[12:14] in _TYPE.values():
            found.append(data[14:])
    return found


class Tap:
    """By /dev/net/tun."""

    def __init__(self, name: str) -> None:
        self.fd = os.open(_DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(self.fd, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TAP | _NO_HEADER))
        except OSError:
            os.close(self.fd)
            raise

    def write(self, data: bytes) -> None:
        os.write(self.fd, data)

    def read(self) -> bytes | None:
        try:
            return os.read(self.fd, 1 << 16)
        except BlockingIOError:
            return None

    def close(self) -> None:
        os.close(self.fd)


class Veth:
    """By a packet socket in another namespace: for who may not open /dev/net/tun."""

    def __init__(self, name: str, far: Namespace) -> None:
        run("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", f"/proc/{os.getpid()}/fd/{far.fd}")
        with far.inside():
            write_sysctl("net/ipv6/conf/all/disable_ipv6", 1)
            run("ip", "link", "set", name, "up", "arp", "off", "multicast", "off")
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
            self.socket.setsockopt(_PACKET, _IGNORE_OUTGOING, 1)
            self.socket.bind((name, _EVERYTHING))

    def write(self, data: bytes) -> None:
        self.socket.send(data)

    def read(self) -> bytes | None:
        try:
            return self.socket.recv(1 << 16)
        except BlockingIOError:
            return None

    def close(self) -> None:
        self.socket.close()
