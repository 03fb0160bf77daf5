"""The machine's own commands: iptables-restore, ip, nft, ipset. Found in the system's folders alone, told on stdin what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

from iptsim.errors import IptsimError

_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"


class KernelError(IptsimError):
    """The kernel of this machine cannot be asked, or refuses what it was given."""


@cache
def found(name: str) -> str | None:
    """Where a command is."""
    return shutil.which(name, path=_FOLDERS)


@cache
def _lock() -> int:
    """A file without a name for iptables' lock: /run/xtables.lock is one for all namespaces, and root's."""
    return os.memfd_create("xtables.lock")


def run(command: str, *arguments: str, given: str = "") -> str:
    """What a command prints. Raises KernelError, with what it said, where it fails."""
    path = found(command)
    if path is None:
        raise KernelError(f"{command} is not installed")
    environment = {"PATH": _FOLDERS, "LC_ALL": "C", "XTABLES_LOCKFILE": f"/proc/{os.getpid()}/fd/{_lock()}"}
    data = given.encode("utf-8", "surrogateescape")
    done = subprocess.run([path, *arguments], input=data, capture_output=True, env=environment, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise KernelError(f"{command}: {said}")
    return done.stdout.decode("utf-8", "surrogateescape")


def restore(family: int, backend: str) -> str:
    """The command that loads a dump: by the name that says its backend, else the plain one if it is of that backend. Raises KernelError."""
    program = "iptables" if family == 4 else "ip6tables"
    name = f"{program}-{backend}-restore"
    if found(name):
        return name
    plain = f"{program}-restore"
    if found(plain) and ("nf_tables" in version(plain)) == (backend == "nft"):
        return plain
    raise KernelError(f"{name} is not installed")


@cache
def version(command: str) -> str:
    """What `--version` prints: "iptables v1.8.9 (nf_tables)"."""
    return run(command, "--version").strip()
