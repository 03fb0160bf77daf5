"""u32: numbers read out of the packet."""

from __future__ import annotations

import re
from typing import NamedTuple

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.headers import Frame, Word, everywhere, opaque
from iptsim.headers import word as words
from iptsim.headers.word import Opaque
from iptsim.predicate import NEVER, Pred, given


class Compared(NamedTuple):
    """One test: the place of a number in the packet, what is done to it, (operator, number) each, and the ranges that it may be in."""

    place: int
    steps: tuple[tuple[str, int], ...]
    spans: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        """As libxt_u32.c prints it."""
        spans = ",".join(f"{low:#x}" if low == high else f"{low:#x}:{high:#x}" for low, high in self.spans)
        return f"{self.place:#x}{''.join(f'{sign}{number:#x}' for sign, number in self.steps)}={spans}"

    def asks(self, frame: Frame) -> Pred:
        """What it asks of a packet with these bytes; an unknown where a place is read from what no field tells."""
        try:
            return self._asks(frame)
        except Opaque:
            return opaque(f"it is not known whether the u32 test {self} is passed", "u32", str(self))

    def _asks(self, frame: Frame) -> Pred:
        """xt_u32.c: each number is read in network order; what lies beyond the packet is equal to nothing."""
        base, place, there = 0, self.place, [frame.has(self.place + 4)]
        word: Word = frame.word(place)
        for sign, number in self.steps:
            if sign == "&":
                word = words.masked(word, number)
            elif sign == "@":
                base += words.known(word)
                if base + number >= 1 << 32:
                    return NEVER
                place = base + number
                there.append(frame.has(place + 4))
                word = frame.word(place)
            else:
                word = words.shifted(word, number if sign == "<<" else -number)
        return words.all_of((*there, words.among(word, self.spans)))


_MOST = 10  # tests, steps of one, and ranges of one (XT_U32_MAXSIZE; a place counts as a step)
_NUMBER = "0[xX][0-9a-fA-F]+|[0-9]+"
_TEST = re.compile(rf"({_NUMBER})((?:(?:&|<<|>>|@)(?:{_NUMBER}))*)=((?:{_NUMBER})(?::(?:{_NUMBER}))?(?:,(?:{_NUMBER})(?::(?:{_NUMBER}))?)*)")


def _expression(text: str) -> tuple[Compared, ...]:
    tests = [_test(part) for part in re.sub(r"\s+", "", text).split("&&")]
    if len(tests) > _MOST:
        raise ValueError(f"{len(tests)} tests are too many: {_MOST} at most")
    return tuple(tests)


def _test(text: str) -> Compared:
    found = _TEST.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a u32 test like 0x6&0xff=0x1")
    read = values.NUMBER.read
    steps = tuple((sign, read(number)) for sign, number in re.findall(rf"(&|<<|>>|@)({_NUMBER})", found[2]))
    spans = [part.partition(":") for part in found[3].split(",")]
    if len(steps) >= _MOST or len(spans) > _MOST:
        raise ValueError(f"{text!r} is too long: {_MOST - 1} operators and {_MOST} ranges at most")
    return Compared(read(found[1]), steps, tuple((read(low), read(high) if colon else read(low)) for low, colon, high in spans))


def _save(tests: tuple[Compared, ...]) -> str:
    return f'"{"&&".join(map(str, tests))}"'


# ICMP; whole packets to ports up to 80, wherever the header begins; the same without options; IPv6's next header, and ports behind it.
EXPRESSION = values.samples(
    "a u32 expression", _expression, _save, "6&0xff=1", "4&0x1fff=0&&0>>22&0x3c@0&0xffff=22:80", "0x14>>0x10=0x35,0x400:0xffff",
    "12=0x0a000000:0x0affffff", "3&0xff=6", "40&0xffff=0x16:0x50", "0x0>>0x16&0x3c@0x4=0x1:0x2,0x5",
)  # fmt: skip


class U32(Match, name="u32"):
    """Compare 32-bit words of the packet, each found by an expression."""

    u32 = Option("--u32", EXPRESSION, None, "the u32 test {} is passed", negatable=True, required=True)

    def asks(self) -> Pred:
        tests: tuple[Compared, ...] = self.get(U32.u32)
        return given(everywhere(Frame(self.family), lambda frame: words.all_of(test.asks(frame) for test in tests)), self.negated(U32.u32))
