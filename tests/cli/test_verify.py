"""iptsim verify: agreement, disagreement in full, and why it could not be asked."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from iptsim import kernel as kernels
from iptsim.cli import run
from iptsim.errors import IptsimError
from iptsim.kernel import KernelError, readiness, unavailable
from iptsim.questions import verify as questions

SEED = str(Path(__file__).parent.parent.parent / "fixtures/seed/docker-after-install.txt")


@pytest.fixture
def _asked() -> None:
    reason = unavailable("nft")
    if reason is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"the kernel cannot be asked: {reason}")


@pytest.mark.usefixtures("_asked")
def test_agreement_is_one_line_and_exit_code_0(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED]) == 0
    out, err = capfd.readouterr()
    assert out.startswith("the kernel agrees: ")
    assert out.count("\n") == 1
    assert err == ""


@pytest.mark.usefixtures("_asked")
def test_a_flow_alone_is_put_to_the_kernel(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED, "tcp 172.17.0.2 -> 198.51.100.7:80 in docker0", "-v"]) == 0
    assert "not met: filter:INPUT:rule:1  -A INPUT -m state" in capfd.readouterr().out


@pytest.mark.usefixtures("_asked")
def test_a_disagreement_is_told_in_full(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    walk = questions.walk
    monkeypatch.setattr(questions, "walk", lambda *given, **more: replace(walk(*given, **more), steps=()))
    assert run(["verify", SEED, "tcp 172.17.0.2 -> 198.51.100.7:80 in docker0"]) == 1
    out = capfd.readouterr().out
    for part in ("the kernel disagrees on", "iptsim: step 1: no more, the kernel says", "packet  Packet(", "kernel  ACCEPT", "the host:", "*filter"):
        assert part in out


def test_why_it_could_not_be_asked_is_one_message_and_exit_code_2(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden() -> None:
        raise KernelError("without root a user namespace is needed, which is forbidden here")

    monkeypatch.setattr(readiness, "enter", forbidden)
    assert run(["verify", SEED]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "error: without root a user namespace is needed, which is forbidden here\n"
    assert issubclass(kernels.KernelError, IptsimError)
