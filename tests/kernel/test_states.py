"""The conntrack state that a packet is told to have is the one that the kernel's own rules see."""

from __future__ import annotations

from typing import Any

import pytest

import iptsim
from iptsim.kernel import Kernel, KernelError, differences
from iptsim.packet import Packet
from tests.kernel.hosts import HOSTS

STATES = ("NEW", "ESTABLISHED", "ESTABLISHED REPLY", "RELATED", "INVALID", "UNTRACKED")
ENDS: dict[int, dict[str, dict[str, Any]]] = {
    4: {"received": {"in_interface": "eth1", "src": "10.0.0.5", "dst": "8.8.8.8"},
        "sent": {"from_host": True, "src": "203.0.113.10", "dst": "8.8.8.8"}},
    6: {"received": {"in_interface": "eth1", "src": "fd00:1::5", "dst": "2001:db8:8::8"},
        "sent": {"from_host": True, "src": "2001:db8::10", "dst": "2001:db8:8::8"}},
}  # fmt: skip
# Of ICMP a request opens a connection, its answer goes the other way, an error is RELATED.
ICMP = {4: {"proto": 1, "icmp_type": 8}, 6: {"proto": 58, "icmp_type": 128}}
ICMP_BY_STATE = {("ESTABLISHED REPLY", 4): 0, ("ESTABLISHED REPLY", 6): 129, ("RELATED", 4): 3, ("RELATED", 6): 1}
OTHERS = ("tcp", "udp", "sctp", "udplite", "gre", "dccp", "esp", "99")
NEVER_INVALID = [(family, way, proto) for family in (4, 6) for way in ("received", "sent") for proto in ("gre", "dccp", "esp", "99")]
NEVER_INVALID.append((6, "sent", "icmp"))  # nobody looks at its checksum


def rules() -> str:
    """In each chain a rule for each state, in that order."""
    chains = {chain: [f"-A {chain} -m conntrack --ctstate {state.split()[0]} --ctdir {'REPLY' if ' ' in state else 'ORIGINAL'} -j ACCEPT"
                      for state in STATES[:4]] + [f"-A {chain} -m conntrack --ctstate {state} -j ACCEPT" for state in STATES[4:]]
              for chain in ("PREROUTING", "OUTPUT")}  # fmt: skip
    return "\n".join(["*mangle", *(f":{chain} ACCEPT [0:0]" for chain in chains), *(line for lines in chains.values() for line in lines), "COMMIT\n"])


def told(family: int, proto: str, state: str) -> dict[str, Any]:
    """The fields of a packet of a kind that can have that state."""
    kind: dict[str, Any] = {"proto": proto} | ({"tcp_flags": "ACK"} if proto == "tcp" else {})
    if proto == "icmp":
        kind = ICMP[family] | {"icmp_type": ICMP_BY_STATE.get((state, family), ICMP[family]["icmp_type"])}
    return {**kind, "ctstate": state.split()[0], "ctdir": "REPLY" if state.endswith("REPLY") else "ORIGINAL"}


@pytest.mark.parametrize("way", ["received", "sent"])
@pytest.mark.parametrize("family", [4, 6])
def test_the_kernel_sees_the_state_that_it_is_told(family: int, way: str, backend: str) -> None:
    expected = {(proto, state): "refused" if state == "INVALID" and (family, way, proto) in NEVER_INVALID else state
                for proto in (*OTHERS, "icmp") for state in STATES}  # fmt: skip
    seen = {}
    with Kernel(iptsim.parse(rules(), family=family, backend=backend, host=HOSTS[f"plain IPv{family}"])) as kernel:
        for proto, state in expected:
            try:
                trace = kernel.send(Packet(**ENDS[family][way], **told(family, proto, state)))
            except KernelError:
                seen[proto, state] = "refused"
                continue
            seen[proto, state] = STATES[int(trace.steps[0].id.split(":")[-1]) - 1] if ":rule:" in trace.steps[0].id else "none"
            assert differences(kernel.ruleset.walk(trace.packet), trace) == [], (proto, state)
    assert seen == expected


@pytest.mark.parametrize(("state", "fields"), [
    ("NEW", {"proto": "tcp", "tcp_flags": "RST"}), ("NEW", {"proto": "icmp", "icmp_type": 3}), ("ESTABLISHED", {"proto": "tcp", "tcp_flags": "NONE"}),
    ("ESTABLISHED", {"proto": "icmp", "icmp_type": 3}), ("RELATED", {"proto": "icmp", "icmp_type": 8}),
    ("ESTABLISHED", {"proto": "tcp", "tcp_flags": "SYN", "ctdir": "REPLY"}),
])  # fmt: skip
def test_a_state_that_such_a_packet_never_has_is_refused(state: str, fields: dict[str, Any], backend: str) -> None:
    with (
        Kernel(iptsim.parse(rules(), family=4, backend=backend, host=HOSTS["plain IPv4"])) as kernel,
        pytest.raises(KernelError, match="another conntrack state"),
    ):
        kernel.send(Packet(**ENDS[4]["received"], **fields, ctstate=state))


@pytest.mark.parametrize("flags", ["SYN", "ACK", "SYN,ACK", "RST", "FIN,ACK", "NONE"])
@pytest.mark.parametrize("way", ["received", "sent"])
def test_tcp_is_invalid_whatever_its_flags(flags: str, way: str, backend: str) -> None:
    with Kernel(iptsim.parse(rules(), family=4, backend=backend, host=HOSTS["plain IPv4"])) as kernel:
        trace = kernel.send(Packet(**ENDS[4][way], proto="tcp", tcp_flags=flags, ctstate="INVALID"))
    assert trace.steps[0].id.endswith(":rule:5")
