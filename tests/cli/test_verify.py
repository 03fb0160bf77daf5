"""iptsim verify: agreement rule by rule, a disagreement as a report, and why it could not be asked."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from iptsim import kernel as kernels
from iptsim.cli import run
from iptsim.errors import IptsimError
from iptsim.kernel import KernelError, readiness, unavailable
from iptsim.packet import Packet
from iptsim.questions import settling
from iptsim.ruleset import Ruleset
from iptsim.walk import Way, walk_on
from iptsim.walk.conntrack import Connection

SEED = str(Path(__file__).parent.parent.parent / "fixtures/seed/docker-after-install.txt")
FLOW = "tcp 172.17.0.2 -> 198.51.100.7:80 in docker0"


@pytest.fixture
def _asked() -> None:
    reason = unavailable("nft")
    if reason is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"the kernel cannot be asked: {reason}")


# ---------------------------------------------------------------- it agrees
@pytest.mark.usefixtures("_asked")
def test_agreement_says_which_rules_were_not_met_and_why(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED]) == 0
    out, err = capfd.readouterr()
    agrees, *rest = out.splitlines()
    assert agrees.startswith("the kernel agrees: ")
    assert "26 of 27 rules met" in agrees
    assert "not met: 1 rule, iptsim says that no packet reaches them: filter:DOCKER-ISOLATION-STAGE-2:rule:1" in rest
    assert err == ""


@pytest.mark.usefixtures("_asked")
def test_verbose_tells_of_each_rule_how_many_packets_met_it_and_agreed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED, FLOW, "-v"]) == 0
    _, header, *rows = capfd.readouterr().out.splitlines()
    assert header.split() == ["met", "agreed", "rule"]
    assert len(rows) == 27
    told = {row.split()[2]: row.split(maxsplit=3) for row in rows}
    met, agreed, _, text = told["nat:POSTROUTING:rule:1"]
    assert met == agreed != "0"
    assert text == "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"
    assert told["filter:INPUT:rule:1"][:2] == ["0", "0"]
    assert told["filter:INPUT:rule:1"][3].endswith("(not met: not asked for)")


# ---------------------------------------------------------------- it disagrees
def keeps_its_source(ruleset: Ruleset, packet: Packet, connections: Iterable[Connection]) -> Way:
    """A walk that does not know what MASQUERADE does."""
    way = walk_on(ruleset, packet, connections)
    out = way.trace.out
    masqueraded = any(step.rule and step.rule.target and step.rule.target.name == "MASQUERADE" for step in way.trace)
    return way._replace(trace=replace(way.trace, out=Packet(**out.known() | {"src": packet.src}))) if masqueraded and out else way


@pytest.fixture
def _wrong(_asked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "walk_on", keeps_its_source)


@pytest.mark.usefixtures("_wrong")
def test_a_disagreement_is_a_report_with_the_smallest_rules_and_packet(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED]) == 1
    out, err = capfd.readouterr()
    assert out.startswith("the kernel disagrees on ")
    report = out[out.index("\ndisagreement: ") :]
    assert report.startswith("\ndisagreement: src of the packet: ")
    assert "the rules:\n  *nat\n  :POSTROUTING ACCEPT [0:0]\n  -A POSTROUTING -j MASQUERADE\n  COMMIT\nthe host:\n  lo: 127.0.0.1/8" in report
    assert "\n  docker0: 172.17.0.1/16, a bridge with two ports\n" in report
    assert re.search(r"\nthe packet:\n  Packet\(src='172\.17\.0\.\d+', dst='[\d.]+', in_interface='docker0'\)\nwhat iptsim says:\n", report)
    assert "\nwhat the kernel does:\n  nat:POSTROUTING:rule:1  -A POSTROUTING -j MASQUERADE\n  ACCEPT (sent): Packet(src='198.51.100.10'" in report
    for part in ("iptsim 0.", "Linux ", "iptables"):
        assert part in report.splitlines()[2]
    assert err == ""


@pytest.mark.usefixtures("_wrong")
def test_packets_of_a_report_are_python_that_makes_them(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED, FLOW]) == 1
    out = capfd.readouterr().out
    packet = out[out.index("the packet:\n") :].splitlines()[1].strip()
    assert repr(eval(packet, {"Packet": Packet})) == packet


@pytest.mark.usefixtures("_wrong")
def test_on_a_terminal_bars_tell_how_far_it_is(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert run(["verify", SEED, FLOW]) == 1
    err = capfd.readouterr().err
    for label in ("choosing packets", "asking the kernel", "making the disagreement smaller"):
        assert label in err


# ---------------------------------------------------------------- it could not be asked
def test_why_it_could_not_be_asked_is_one_message_and_exit_code_2(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden() -> None:
        raise KernelError("without root a user namespace is needed, which is forbidden here")

    monkeypatch.setattr(readiness, "enter", forbidden)
    assert run(["verify", SEED]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "error: without root a user namespace is needed, which is forbidden here\n"
    assert issubclass(kernels.KernelError, IptsimError)


@pytest.mark.usefixtures("_asked")
@pytest.mark.parametrize(
    ("said", "backend", "rule"),
    [
        (":4: error: iptables-legacy-restore refuses rule 2 of INPUT: Couldn't load match `nosuch'", "legacy", "-m nosuch -j DROP"),
        (":4: error: iptables-nft-restore refuses rule 2 of INPUT: Couldn't load match `nosuch'", "nft", "-m nosuch -j DROP"),
        ("error: iptables-legacy-restore refuses *filter: the kernel does not take it", "legacy", "-m cgroup --path nosuch"),
        (":4: error: iptables-nft-restore refuses rule 2 of INPUT: RULE_APPEND failed", "nft", "-m cgroup --path nosuch"),
        (":4: error: filter:INPUT:rule:2 names a program to run", "nft", "-m nosuch --modprobe=/bin/true -j DROP"),
    ],
)
def test_a_rule_that_is_refused_is_named(said: str, backend: str, rule: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(f"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\n-A INPUT {rule}\nCOMMIT\n")
    assert run(["verify", str(dump), "--backend", backend]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    errors = [line for line in err.splitlines() if "error: " in line]
    assert len(errors) == 1
    assert said in errors[0]


@pytest.mark.usefixtures("_asked")
def test_a_flow_that_cannot_be_sent_is_why_nothing_was_asked(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", SEED, "tcp 203.0.113.5 -> 198.51.100.10:22 in nosuch0"]) == 2
    assert capfd.readouterr().err == "error: nothing could be asked: no packet can come in by nosuch0\n"
