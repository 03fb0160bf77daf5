"""What a kernel answered once (tests/kernel/recorded): the walk says the same, on machines that cannot ask as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from iptsim.kernel import differences
from iptsim.packet import Packet
from tests.kernel.recording import FOLDER, Recorded, read, written

FILES = sorted(FOLDER.glob("*.txt"))
CASES = {f"{path.stem}: {case.name}": case for path in FILES for case in read(path)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_walk_says_what_the_kernel_did(case: Recorded) -> None:
    ruleset = case.ruleset
    for flow in case.flows:
        sent: list[Packet] = []
        for packet, seen in flow:
            assert differences(ruleset.walk(packet, after=sent), seen) == [], f"{packet!r}\n{seen}"
            sent.append(packet)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_recording_is_written_as_it_is_read(path: Path) -> None:
    assert "\n".join(map(written, read(path))) == path.read_text(encoding="utf-8")


def test_many_answers_are_recorded_of_every_kind() -> None:
    packets = [packet for case in CASES.values() for flow in case.flows for packet, _ in flow]
    assert len(packets) > 1500
    kinds = {(case.host, "nf_tables" in case.kernel) for case in CASES.values()}
    assert len(kinds) == 8
