"""bpf: a BPF program that looks at the packet."""

from __future__ import annotations

import re
from functools import partial

from iptsim import values
from iptsim.extension import Match, Option, fact
from iptsim.headers import Frame, everywhere, opaque
from iptsim.headers.program import Instruction, passes
from iptsim.predicate import Pred


def _program(text: str) -> tuple[Instruction, ...]:
    """What bpf_parse_program reads, LEN,CODE JT JF K,…, as far as the kernel takes it: jumps stay inside, and the last instruction returns."""
    length, *rest = text.rstrip(",").split(",")
    if not re.fullmatch(r" *[0-9]+ *", length) or not 1 <= int(length) <= 64:
        raise ValueError(f"{length!r} is not the length of a program: 1 to 64")
    if len(rest) != int(length):
        raise ValueError(f"the program has {len(rest)} instructions, not {length}")
    return tuple(_instruction(text, len(rest) - 1 - at) for at, text in enumerate(rest))


def _instruction(text: str, after: int) -> Instruction:
    """One, with so many after it."""
    parts = text.split()
    if len(parts) != 4:
        raise ValueError(f"{text!r} is not an instruction CODE JT JF K")
    one = Instruction(*(values.number(top).read(part) for part, top in zip(parts, (0xFFFF, 255, 255, 0xFFFFFFFF), strict=True)))
    if one.code not in _CODES or (one.code in _SLOTS and one.k >= 16) or (one.code in _SHIFTS and one.k >= 32) or (one.code in _PARTS and not one.k):
        raise ValueError(f"{text!r} is no instruction of a classic BPF program")
    if one.code & 7 == _JUMP and (one.k if one.code & 0xF0 == 0 else max(one.yes, one.no)) >= after:
        raise ValueError(f"the instruction {text} jumps out of the program")
    if not after and one.code & 7 != _RETURN:
        raise ValueError("a program ends with a return")
    return one


def _save(program: tuple[Instruction, ...]) -> str:
    """As libxt_bpf.c prints it."""
    return f'"{",".join((str(len(program)), *(" ".join(map(str, one)) for one in program)))}"'


_JUMP, _RETURN = 5, 6
# What chk_code_allowed() and bpf_check_classic() take: of memory 16 slots, shifts below 32, no division by 0.
_SLOTS, _SHIFTS, _PARTS = frozenset((0x60, 0x61, 0x02, 0x03)), frozenset((0x64, 0x74)), frozenset((0x34, 0x94))
_CODES = frozenset((
    0x00, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x01, 0x81, 0xB1, 0x84, 0x05, 0x06, 0x16, 0x07, 0x87, *_SLOTS,
    *(0x04 | how | by for how in (0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xA0) for by in (0, 8)),
    *(0x05 | how | by for how in (0x10, 0x20, 0x30, 0x40) for by in (0, 8)),
))  # fmt: skip
# TCP, by the byte that says the protocol; everything; nothing; TCP to port 80 (nfbpf_compile RAW "tcp dst port 80").
PROGRAM = values.samples(
    "a BPF program", _program, _save, "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0", "1,6 0 0 1", "1,6 0 0 0",
    "10,48 0 0 9,21 0 7 6,40 0 0 6,69 5 0 8191,177 0 0 0,72 0 0 2,21 1 0 80,6 0 0 0,6 0 0 65535,6 0 0 0",
)  # fmt: skip

PATH = values.drawing(values.bare("a path", 511))


class Bpf(Match, name="bpf"):
    """Run a BPF program on the packet."""

    bytecode = Option("--bytecode", PROGRAM, None, "the program {} is passed", excludes=("--object-pinned",))
    pinned = fact("--object-pinned", PATH, "the program {} is passed", "bpf", excludes=("--bytecode",))

    def problem(self) -> str | None:
        return None if self.given else "bpf needs --bytecode or --object-pinned"

    def asks(self) -> Pred:
        if not self.has(Bpf.bytecode):
            return super().asks()
        program = self.get(Bpf.bytecode)
        unknown = opaque(f"it is not known whether the program {_save(program)} is passed", "bpf", _save(program))
        return everywhere(Frame(self.family), partial(passes, program, unknown))
