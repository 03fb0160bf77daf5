"""Netlink: how the kernel's packet filter is spoken to (linux/netfilter/nfnetlink.h), and its table of neighbours (linux/rtnetlink.h)."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ROUTE, NETFILTER = 0, 12
_SO_RCVBUFFORCE = 33
_REQUEST, _ACK, _DUMP = 1, 4, 0x300
CREATE, REPLACE, APPEND = 0x600, 0x500, 0xC00  # each with NLM_F_CREATE; the first with NLM_F_EXCL
_ERROR, _DONE = 2, 3
_BATCH_BEGIN, _BATCH_END = (0, 0x10), (0, 0x11)
_NESTED = 0x8000
_BUFFER = 32 << 20

Attributes = dict[int, bytes]


def attribute(kind: int, data: bytes) -> bytes:
    """One attribute, padded."""
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def nest(kind: int, *parts: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(parts))


def attributes(data: bytes) -> Attributes:
    """The attributes of a message, by kind."""
    found: Attributes = {}
    place = 0
    while place + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, place)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[place + 4 : place + length]
        place += length + 3 & ~3
    return found


def text(data: bytes) -> str:
    """A string that ends in a zero."""
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")


def number(data: bytes) -> int:
    """An integer in network order, of any length."""
    return int.from_bytes(data, "big")


class Message(NamedTuple):
    """What the kernel tells: of which kind, address family and resource (of a log: its group)."""

    kind: tuple[int, int]
    family: int
    resource: int
    told: Attributes


def _message(kind: tuple[int, int], body: bytes, family: int, resource: int, flags: int) -> bytes:
    payload = struct.pack("=BB", family, 0) + struct.pack("!H", resource) + body
    padding = bytes(-len(payload) % 4)
    return struct.pack("=IHHII", 16 + len(payload), kind[0] << 8 | kind[1], _REQUEST | flags, 1, 0) + payload + padding


class Netlink:
    """A socket of the namespace that it was made in. A kind of message is (subsystem, number); rtnetlink's have the subsystem 0."""

    def __init__(self, protocol: int = NETFILTER) -> None:
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:  # root of a user namespace only
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.socket.bind((0, 0))

    def close(self) -> None:
        self.socket.close()

    def join(self, group: int) -> None:
        """Take part in a multicast group."""
        self.socket.setsockopt(270, 1, group)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP

    def request(self, kind: tuple[int, int], body: bytes = b"", *, family: int = 0, resource: int = 0, flags: int = 0) -> None:
        """Ask for something and wait until it is done. Raises OSError where it is refused."""
        self.socket.send(_message(kind, body, family, resource, _ACK | flags))
        self._done()

    def batch(self, subsystem: int, family: int, requests: Iterable[tuple[int, bytes, int]]) -> None:
        """Ask for all of that or nothing: (number, body, flags) each. Raises OSError for the first that is refused."""
        asked = [_message((subsystem, kind), body, family, 0, flags) for kind, body, flags in requests]
        begin, end = _message(_BATCH_BEGIN, b"", 0, subsystem, 0), _message(_BATCH_END, b"", 0, subsystem, _ACK)
        self.socket.send(b"".join([begin, *asked, end]))
        self._done()

    def _done(self) -> None:
        for told, payload in self._messages(socket.MsgFlag(0)):
            if told == _ERROR:
                code = -struct.unpack_from("=i", payload)[0]
                if code:
                    raise OSError(code, f"netlink: {errno.errorcode.get(code, code)}")
                return

    def get(self, kind: tuple[int, int], body: bytes, family: int) -> Attributes | None:
        """The one thing of a kind that is asked for; None if there is none."""
        self.socket.send(_message(kind, body, family, 0, 0))
        for told, payload in self._messages(socket.MsgFlag(0)):
            return None if told == _ERROR else attributes(payload[4:])
        return None

    def dump(self, kind: tuple[int, int], family: int) -> Iterator[Attributes]:
        """Everything that there is of a kind."""
        self.socket.send(_message(kind, b"", family, 0, _DUMP))
        for told, payload in self._messages(socket.MsgFlag(0)):
            if told in (_ERROR, _DONE):
                return
            yield attributes(payload[4:])

    def read(self) -> Iterator[Message]:
        """Each message that is there by now."""
        for told, payload in self._messages(socket.MSG_DONTWAIT):
            yield Message((told >> 8, told & 0xFF), payload[0], number(payload[2:4]), attributes(payload[4:]))

    def _messages(self, how: int) -> Iterator[tuple[int, bytes]]:
        while True:
            try:
                data = self.socket.recv(1 << 17, how)
            except BlockingIOError:
                return
            place = 0
            while place + 16 <= len(data):
                length, kind = struct.unpack_from("=IH", data, place)
                yield kind, data[place + 16 : place + length]
                place += length + 3 & ~3
