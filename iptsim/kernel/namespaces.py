"""Network namespaces of this process. They have no name, so that nothing of them is left when the process ends, however it ends."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

LIBC = ctypes.CDLL(None, use_errno=True)
_NEWUSER, _NEWNET = 0x10000000, 0x40000000


def _checked(status: int, what: str) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def become_root() -> None:
    """The process becomes root of a user namespace of its own, for good. It must have one thread. Raises OSError where that is forbidden.

    The network namespace goes along: one cannot go back into one that belongs to the outer user namespace.
    """
    uid, gid = os.geteuid(), os.getegid()
    _checked(LIBC.unshare(_NEWUSER | _NEWNET), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _here() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


class Namespace:
    """A network namespace with nothing in it but lo, as a file descriptor. Raises OSError without the right to make one."""

    def __init__(self) -> None:
        home = _here()
        try:
            _checked(LIBC.unshare(_NEWNET), "unshare")
            self.fd = _here()
            _checked(LIBC.setns(home, _NEWNET), "setns")
        finally:
            os.close(home)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread is in there until the block ends; sockets and devices that it makes stay there."""
        home = _here()
        try:
            _checked(LIBC.setns(self.fd, _NEWNET), "setns")
            yield
        finally:
            _checked(LIBC.setns(home, _NEWNET), "setns")
            os.close(home)

    def close(self) -> None:
        os.close(self.fd)


@contextmanager
def credentials(uid: int, gid: int) -> Iterator[None]:
    """Files, and with them sockets, that are opened meanwhile belong to that user and group: what `-m owner` asks."""
    try:
        LIBC.setfsgid(gid)
        LIBC.setfsuid(uid)
        yield
    finally:
        LIBC.setfsuid(os.geteuid())
        LIBC.setfsgid(os.getegid())


def write_sysctl(path: str, value: int | str) -> None:
    """A setting of the namespace that this thread is in; `path` has slashes, since the names of interfaces may have dots."""
    with open(f"/proc/sys/{path}", "w") as file:
        file.write(str(value))
