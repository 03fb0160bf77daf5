"""A classic BPF program, run on a packet whose bytes are known in part (linux/filter.h, Documentation/networking/filter.rst).

At a jump that the packet decides both ways are gone. A program has no loops, so that they all end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from iptsim.headers.layout import Frame
from iptsim.headers.word import BITS, Bit, Opaque, Word, all_of, any_of, known, masked, negated, number, shifted, within
from iptsim.predicate import ALWAYS, NEVER, Pred, atoms, tests

_LD, _LDX, _ST, _STX, _ALU, _JUMP, _RETURN, _MISC = range(8)
_IMMEDIATE, _ABSOLUTE, _INDIRECT, _MEMORY, _LENGTH, _LOW_NIBBLE = range(0x00, 0xC0, 0x20)
_SIZE = {0x00: 4, 0x08: 2, 0x10: 1}
_AND, _LEFT, _RIGHT, _DIVIDE, _NEGATE, _REST = 0x50, 0x60, 0x70, 0x30, 0x80, 0x90
_ALWAYS, _EQUAL, _GREATER, _AT_LEAST = 0x00, 0x10, 0x20, 0x30
_BY_X, _OF_A, _TXA = 0x08, 0x10, 0x80
_TOP = (1 << BITS) - 1
# SKF_NET_OFF: from the IP header on, as all else is here; beyond are the kernel's own notes on the packet, and its link header.
_NETWORK, _NOTES = _TOP + 1 - 0x100000, _TOP + 1 - 0x1000
_FARTHEST = 1 << 17  # no packet is so long
_STATES, _MOST = 256, 500  # of a program that are followed; tests in what it comes to: beyond that it is not told


class Instruction(NamedTuple):
    """struct sock_filter: what to do, how far to jump if something is so and if it is not, and a number."""

    code: int
    yes: int
    no: int
    k: int


class _State(NamedTuple):
    """Where the program is, its registers A and X, and its memory."""

    at: int = 0
    a: Word = number(0)
    x: Word = number(0)
    memory: tuple[tuple[int, Word], ...] = ()

    def then(self, **changes: Any) -> _State:
        """At the next instruction, with that changed."""
        return self._replace(at=self.at + 1, **changes)


def passes(program: Sequence[Instruction], unknown: Pred, frame: Frame) -> Pred:
    """Does it return anything but 0? `unknown` where that cannot be followed."""
    return _Run(program, frame, unknown).end(_State())


@dataclass(slots=True)
class _Run:
    program: Sequence[Instruction]
    frame: Frame
    unknown: Pred
    ends: dict[_State, Pred] = field(default_factory=dict)
    steps: int = 0

    def end(self, state: _State) -> Pred:
        """What the program comes to from there."""
        if state not in self.ends:
            self.steps += 1
            try:
                pred = self._end(state, self.program[state.at]) if self.steps <= _STATES else self.unknown
            except Opaque:
                pred = self.unknown
            self.ends[state] = pred if len(atoms(pred)) + len(tests(pred)) <= _MOST else self.unknown
        return self.ends[state]

    def _end(self, state: _State, one: Instruction) -> Pred:
        kind = one.code & 7
        if kind == _RETURN:
            return negated(within(state.a if one.code & 0x18 == _OF_A else number(one.k), 0, 0))
        if kind == _JUMP:
            return self._jump(state, one)
        if kind in (_LD, _LDX):
            there, word = self._read(state, one)
            return all_of((there, self.end(state.then(**{"a" if kind == _LD else "x": word})) if there != NEVER else NEVER))
        if kind in (_ST, _STX):
            kept = {**dict(state.memory), one.k: state.a if kind == _ST else state.x}
            return self.end(state.then(memory=tuple(sorted(kept.items()))))
        if kind == _ALU:
            return self.end(state.then(a=_computed(state, one)))
        return self.end(state.then(a=state.x) if one.code & 0xF8 == _TXA else state.then(x=state.a))

    def _jump(self, state: _State, one: Instruction) -> Pred:
        how = one.code & 0xF0
        if how == _ALWAYS:
            return self.end(state._replace(at=state.at + 1 + one.k))
        k = known(state.x) if one.code & _BY_X else one.k
        low = {_EQUAL: k, _GREATER: k + 1, _AT_LEAST: k}
        so = within(state.a, low[how], k if how == _EQUAL else _TOP) if how in low else negated(within(masked(state.a, k), 0, 0))
        yes, no = (state._replace(at=state.at + 1 + by) for by in (one.yes, one.no))
        if so in (ALWAYS, NEVER) or yes == no:
            return self.end(no if so == NEVER else yes)
        return any_of((all_of((so, self.end(yes))), all_of((negated(so), self.end(no)))))

    def _read(self, state: _State, one: Instruction) -> tuple[Pred, Word]:
        """(is it there to be read? what was read); a program that reads beyond the packet returns 0."""
        how = one.code & 0xE0
        if how == _IMMEDIATE:
            return ALWAYS, number(one.k)
        if how == _MEMORY:
            return ALWAYS, dict(state.memory).get(one.k, number(0))
        if how == _LENGTH:
            return ALWAYS, (*(0,) * (BITS - 17), *(Bit("length", n, 17) for n in range(16, -1, -1)))
        place = one.k + (known(state.x) if how == _INDIRECT else 0) & _TOP
        if place >= _NOTES or _FARTHEST < place < _NETWORK:
            raise Opaque
        place -= _NETWORK if place >= _NETWORK else 0
        if how == _LOW_NIBBLE:
            return self.frame.has(place + 1), shifted(masked(self.frame.word(place, 1), 0xF), 2)
        size = _SIZE[one.code & 0x18]
        return self.frame.has(place + size), self.frame.word(place, size)


def _computed(state: _State, one: Instruction) -> Word:
    how, by = one.code & 0xF0, state.x if one.code & _BY_X else number(one.k)
    if how == _AND:
        return masked(state.a, known(by))
    if how in (_LEFT, _RIGHT):
        return shifted(state.a, known(by) if how == _LEFT else -known(by))
    a, b = known(state.a), 0 if how == _NEGATE else known(by)
    if how in (_DIVIDE, _REST) and b == 0:
        raise Opaque  # the kernel ends the program there, or does not take it
    done = {0x00: a + b, 0x10: a - b, 0x20: a * b, _DIVIDE: b and a // b, 0x40: a | b, _NEGATE: -a, _REST: b and a % b, 0xA0: a ^ b}
    return number(done[how] & _TOP)
