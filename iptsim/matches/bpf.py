"""bpf: a BPF program that looks at the packet."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact


class Bpf(Match, name="bpf"):
    """Run a BPF program on the packet. The bytes of a packet are not part of a flow: it stays open."""

    bytecode = fact("--bytecode", values.always_quoted("a BPF program"), "the program {} is passed", "bpf", excludes=("--object-pinned",))
    pinned = fact("--object-pinned", values.bare("a path", 511), "the program {} is passed", "bpf", excludes=("--bytecode",))

    def problem(self) -> str | None:
        return None if self.given else "bpf needs --bytecode or --object-pinned"
