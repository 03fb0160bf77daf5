"""Can this machine's kernel be asked? It is tried."""

from __future__ import annotations

import os

from iptsim.host import Host
from iptsim.kernel import namespaces, tools
from iptsim.kernel.machine import Kernel
from iptsim.kernel.tools import KernelError
from iptsim.packet import Packet
from iptsim.reader import parse
from iptsim.trace import Fate

_RULES = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p udp -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n"
_HOST = {"interfaces": {"eth0": ["192.0.2.1/24"]}, "routes": ["192.0.2.0/24 dev eth0"]}


def unavailable(backend: str = "nft") -> str | None:
    """Why the kernel of this machine cannot be asked about rules of that backend, in a sentence; None where it can."""
    missing = [name for name in ("ip", "bridge", "nft") if tools.found(name) is None]
    if missing:
        return f"{missing[0]} is not installed"
    rules = parse(_RULES, family=4, backend=backend, host=Host(**_HOST))
    try:
        with Kernel(rules) as kernel:
            trace = kernel.send(Packet(in_interface="eth0", src="192.0.2.9", dst="192.0.2.1", proto="udp", dport=53))
    except KernelError as problem:
        return " ".join(problem.message.split())
    if trace.fate is not Fate.DELIVERED or trace.decided_by != "filter:INPUT:rule:1":
        return f"the kernel does not tell of a packet what it should: {trace}"
    return None


def enter() -> None:
    """A process without root becomes root of a user namespace, where the system allows that. Raises KernelError."""
    if os.geteuid() == 0:
        return
    try:
        namespaces.become_root()
    except OSError as problem:
        raise KernelError(f"without root a user namespace is needed, which is forbidden here ({problem.strerror})") from problem
