"""What u32 and bpf read is what stands in the packet's bytes: held against the bytes themselves, wherever fields tell them."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iptsim
from iptsim.headers import Frame, everywhere
from iptsim.headers.program import Instruction, passes
from iptsim.kernel.wire import encode, shortest
from iptsim.matches.u32 import Compared
from iptsim.names import ICMP_OF
from iptsim.packet import Packet
from iptsim.predicate import NO, UNKNOWN, YES, Unknown, holds
from iptsim.walk.arrival import readings

FAMILIES = pytest.mark.parametrize("family", [4, 6])
_OPAQUE = Unknown("opaque", ("opaque",))
_ADDRESSES = {4: ("10.1.2.3", "255.0.128.1", "0.0.0.9"), 6: ("2001:db8:ff00:1:8000:7:ffff:1", "fd00::9", "::1:0")}
_KNOWN = {"ip-options": False, "extension-headers": False}


@st.composite
def packets(draw: st.DrawFn, family: int) -> Packet:
    """Complete ones of both families, later fragments among them."""
    proto = draw(st.sampled_from([6, 17, ICMP_OF[family], 33, 132, 136, 47, 99]))
    known = {name: draw(st.sampled_from(_ADDRESSES[family])) for name in ("src", "dst")} | {
        "ttl": draw(st.integers(1, 255)),
        "tos": draw(st.integers(0, 255)),
    }
    if family == 4 and draw(st.sampled_from([True, False, False, False])):
        return Packet(**known, proto=proto, fragment=True, length=draw(st.integers(20, 90)))
    ports = {name: draw(st.integers(0, 65535)) for name in ("sport", "dport")} if proto in (6, 17, 33, 132, 136) else {}
    flags = {"tcp_flags": draw(st.integers(0, 255))} if proto == 6 else {}
    kinds = {"icmp_type": draw(st.integers(0, 255)), "icmp_code": draw(st.integers(0, 255))} if proto in (1, 58) else {}
    made = Packet(**known, proto=proto, fragment=False, **ports, **flags, **kinds)
    return Packet(**made.known(), length=draw(st.integers(shortest(made), 150)))


def now(packet: Packet) -> dict[str, object]:
    return {**readings(packet.known()), **_KNOWN}


NUMBERS = st.sampled_from([0, 1, 0xF, 0xFF, 0xFFFF, 0xFFFFFFFF, 0x1FFF, 0x3C, 0xFF00, 0x12345678]) | st.integers(0, 0xFFFFFFFF)


@st.composite
def compared(draw: st.DrawFn) -> Compared:
    """A test of u32, now and then behind the first header."""
    steps: list[tuple[str, int]] = []
    if draw(st.sampled_from([True, False, False])):
        steps += [(">>", 22), ("&", 0x3C), ("@", draw(st.integers(0, 24)))]
    for _ in range(draw(st.integers(0, 2))):
        sign = draw(st.sampled_from(["&", ">>", "<<"]))
        steps.append((sign, draw(NUMBERS if sign == "&" else st.integers(0, 31))))
    spans = [tuple(sorted((draw(NUMBERS), draw(NUMBERS)))) for _ in range(draw(st.integers(1, 3)))]
    return Compared(0 if steps[:1] == [(">>", 22)] else draw(st.integers(0, 60)), tuple(steps), tuple((low, high) for low, high in spans))


def u32(test: Compared, data: bytes) -> bool:
    """xt_u32.c: u32_match_it(), on bytes."""

    def read(place: int) -> int | None:
        return int.from_bytes(data[place : place + 4], "big") if place + 4 <= len(data) else None

    base, value = 0, read(test.place)
    for sign, number in test.steps:
        if value is None:
            return False
        if sign == "@":
            base += value
            value = read(base + number)
        else:
            value = value & number if sign == "&" else value << number & 0xFFFFFFFF if sign == "<<" else value >> number
    return value is not None and any(low <= value <= high for low, high in test.spans)


@FAMILIES
@settings(max_examples=400)
@given(st.data())
def test_u32_reads_what_stands_in_the_bytes(family: int, data: st.DataObject) -> None:
    packet, test = data.draw(packets(family)), data.draw(compared())
    truth = holds(everywhere(Frame(family), test.asks), now(packet))
    if truth is not UNKNOWN:
        assert truth is (YES if u32(test, encode(packet, 7)) else NO)


@st.composite
def programs(draw: st.DrawFn) -> list[Instruction]:
    """Programs of loads, arithmetic and jumps forward."""
    length = draw(st.integers(2, 9))
    made = []
    for at in range(length - 1):
        left = length - 2 - at
        kind = draw(st.sampled_from(["load", "load", "alu", "jump", "jump", "x", "return"]))
        if kind == "load":
            made.append(Instruction(draw(st.sampled_from([0x20, 0x28, 0x30])), 0, 0, draw(st.integers(0, 60))))
        elif kind == "alu":
            made.append(Instruction(draw(st.sampled_from([0x54, 0x54, 0x64, 0x74])), 0, 0, draw(st.sampled_from([1, 4, 8, 0xF, 28]))))
        elif kind == "x":
            made.append(
                Instruction(
                    *draw(st.sampled_from([(0xB1, 0, 0, 0), (0x48, 0, 0, 2), (0x50, 0, 0, 9), (0x80, 0, 0, 0), (0x07, 0, 0, 0), (0x87, 0, 0, 0)]))
                )
            )
        elif kind == "jump" and left:
            code = draw(st.sampled_from([0x15, 0x25, 0x35, 0x45]))
            made.append(Instruction(code, draw(st.integers(0, left)), draw(st.integers(0, left)), draw(NUMBERS)))
        else:
            made.append(Instruction(0x06, 0, 0, draw(st.integers(0, 1))))
    return [*made, Instruction(draw(st.sampled_from([0x06, 0x16])), 0, 0, 1)]


def bpf(program: list[Instruction], data: bytes) -> bool:
    """The same instructions, on bytes."""
    a = x = at = 0
    sizes = {0x00: 4, 0x08: 2, 0x10: 1}
    while True:
        code, yes, no, k = program[at]
        at += 1
        match code & 7:
            case 6:
                return bool(a if code & 0x18 == 0x10 else k)
            case 5:
                so = {0x10: a == k, 0x20: a > k, 0x30: a >= k, 0x40: bool(a & k)}[code & 0xF0]
                at += yes if so else no
            case 4:
                a = {0x50: a & k, 0x60: a << k & 0xFFFFFFFF, 0x70: a >> k}[code & 0xF0]
            case 7:
                a, x = (x, x) if code & 0x80 else (a, a)
            case 0 | 1 if code & 0xE0 == 0x80:
                a = len(data)
            case _:
                size = sizes[code & 0x18] if code & 7 == 0 else 1
                place = k + (x if code & 0xE0 == 0x40 else 0)
                if place + size > len(data):
                    return False
                value = int.from_bytes(data[place : place + size], "big")
                a, x = (value, x) if code & 7 == 0 else (a, (value & 15) * 4)


@FAMILIES
@settings(max_examples=600)
@given(st.data())
def test_bpf_reads_what_stands_in_the_bytes(family: int, data: st.DataObject) -> None:
    packet, program = data.draw(packets(family)), data.draw(programs())
    truth = holds(everywhere(Frame(family), partial(passes, program, _OPAQUE)), now(packet))
    if truth is not UNKNOWN:
        assert truth is (YES if bpf(program, encode(packet, 7)) else NO)


def test_a_program_that_parts_at_every_step_is_not_followed_for_ever() -> None:
    steps = [one for n in range(31) for one in (Instruction(0x45, 0, 1, 1 << n), Instruction(0x02, 0, 0, n % 16))]
    program = [Instruction(0x20, 0, 0, 0), *steps, Instruction(0x06, 0, 0, 0)]
    assert everywhere(Frame(4), partial(passes, program, _OPAQUE)) is not None


def test_bits_of_an_address_are_one_question_however_scattered() -> None:
    rules = "".join(f'-A INPUT -m u32 --u32 "20=0x{n:x}0001:0x{n + 1:x}fff5" -j DROP\n' for n in range(1, 41))
    explanation = iptsim.parse(f"*filter\n:INPUT ACCEPT\n{rules}COMMIT\n", family=6).explain(in_interface="eth0")
    assert {str(case.verdict) for case in explanation.cases} == {"ACCEPT", "DROP"}
    assert len([note for note in explanation.warnings if note.kind == "inexact"]) == 40


def test_what_no_field_tells_is_another_question_of_the_answer() -> None:
    rules = """*filter
:FORWARD ACCEPT
-A FORWARD -i eth1 -m u32 --u32 "4>>16=5" -j DROP
-A FORWARD -i eth0 -m u32 --u32 "4>>16=5" -j DROP
COMMIT
"""
    explanation = iptsim.parse(rules, family=4).explain(in_interface="eth1", out_interface="eth0", src="10.0.0.5", dst="192.0.2.1", proto="udp")
    passed = [case for case in explanation.cases if case.trace.fate == "sent"]
    assert {str(case.reply.verdict) for case in passed if case.reply} == {"ACCEPT", "DROP"}
