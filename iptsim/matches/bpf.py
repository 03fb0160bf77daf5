"""bpf: a BPF program that looks at the packet."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Match, fact


def _program(text: str) -> str:
    """What bpf_parse_program reads, LEN,CODE JT JF K,…, as far as the kernel takes it: jumps stay inside, and the last instruction returns."""
    length, *rest = text.rstrip(",").split(",")
    if not re.fullmatch(r" *[0-9]+ *", length) or not 1 <= int(length) <= 64:
        raise ValueError(f"{length!r} is not the length of a program: 1 to 64")
    if len(rest) != int(length):
        raise ValueError(f"the program has {len(rest)} instructions, not {length}")
    for at, instruction in enumerate(rest):
        parts = instruction.split()
        if len(parts) != 4:
            raise ValueError(f"{instruction!r} is not an instruction CODE JT JF K")
        code, yes, no, _ = (values.number(top).read(part) for part, top in zip(parts, (0xFFFF, 255, 255, 0xFFFFFFFF), strict=True))
        last = at == len(rest) - 1
        if code & 7 == _JUMP and at + 1 + max(yes, no) >= len(rest):
            raise ValueError(f"the instruction {instruction} jumps out of the program")
        if last and code & 7 != _RETURN:
            raise ValueError("a program ends with a return")
    return text


_JUMP, _RETURN = 5, 6
# TCP, by the byte that says the protocol; everything; nothing.
PROGRAM = values.samples("a BPF program", _program, lambda text: f'"{text}"', "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0", "1,6 0 0 1", "1,6 0 0 0")

PATH = values.drawing(values.bare("a path", 511))


class Bpf(Match, name="bpf"):
    """Run a BPF program on the packet. The bytes of a packet are not part of a flow: it stays open."""

    bytecode = fact("--bytecode", PROGRAM, "the program {} is passed", "bpf", excludes=("--object-pinned",))
    pinned = fact("--object-pinned", PATH, "the program {} is passed", "bpf", excludes=("--bytecode",))

    def problem(self) -> str | None:
        return None if self.given else "bpf needs --bytecode or --object-pinned"
