"""What cannot be done: one clear message with its place, exit code 2, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from iptsim.cli import run

DUMP = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"


def dump_with(*rules: str, chains: str = "") -> str:
    """A dump written by hand, with these rules from line 5 on."""
    return f"*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n{chains}" + "".join(f"{rule}\n" for rule in rules) + "COMMIT\n"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dump that is good, and nothing else."""
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text(DUMP)
    return tmp_path


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (["bad.txt:1", "not a dump"], b"Hello, world\n"),
        (["iptables -L", "run iptables-save"], b"Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination\n"),
        (["nft", "iptables-save"], b"table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n"),
        (["binary"], bytes(range(256)) * 8),
        (["cannot unpack"], b"\x1f\x8b\x08 this is no gzip file"),
        (["bad.txt:5", "--dprot", "did you mean", "--dport"], dump_with("-A INPUT -p tcp -m tcp --dprot 22 -j ACCEPT").encode()),
        (["bad.txt:5", "nowhere"], dump_with("-A INPUT -j nowhere").encode()),
        (["bad.txt:5", "99999"], dump_with("-A INPUT -p tcp -m tcp --dport 99999 -j ACCEPT").encode()),
        (["bad.txt:5", "INPTU", "INPUT"], dump_with("-A INPTU -j ACCEPT").encode()),
        (["bad.txt", "loop"], dump_with("-A INPUT -j a", "-A a -j b", "-A b -j a", chains=":a -\n:b -\n").encode()),
        (["bad.txt:1", "fliter", "filter"], b"*fliter\n:INPUT DROP\nCOMMIT\n"),
    ],
)
def test_a_file_that_is_no_dump_is_told_with_its_place(at: Path, capsys: pytest.CaptureFixture[str], said: list[str], text: bytes) -> None:
    (at / "bad.txt").write_bytes(text)
    assert run(["explain", "bad.txt", "--dport", "22"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [word for word in said if word not in shown.err] == []
    assert shown.err.count("error: ") >= 1
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        (["nothere.txt", "No such file"], ["nothere.txt"]),
        (["Is a directory"], ["."]),
        (["IPv6", "good.txt", "ip6tables-save"], ["good.txt", "--src", "2001:db8::1"]),
        (["src", "300.1.1.1"], ["good.txt", "--src", "300.1.1.1"]),
        (["dport", "70000"], ["good.txt", "--dport", "70000"]),
        (["dport", "protocol 1 has no ports"], ["good.txt", "-p", "icmp", "--dport", "80"]),
        (["proto", "tpc"], ["good.txt", "-p", "tpc"]),
        (["NEWISH", "ESTABLISHED"], ["good.txt", "--ctstate", "NEWISH"]),
        (["SIN", "SYN"], ["good.txt", "--tcp-flags", "SIN"]),
        (["at most 15"], ["good.txt", "-i", "a-name-that-is-too-long"]),
        (["mark"], ["good.txt", "--mark", "red"]),
        (["not a flow", "->"], ["good.txt", "how are you"]),
        (["dport is 80", "443"], ["good.txt", "tcp 10.0.0.1 -> 10.0.0.2:80", "--dport", "443"]),
        (["exclude each other"], ["good.txt", "--from-host", "-i", "eth0"]),
        (["--assume"], ["good.txt", "--assume", "limit"]),
        (["nothere.json", "No such file"], ["good.txt", "--addr", "nothere.json"]),
        (["good.txt:1"], ["good.txt", "--route", "good.txt"]),
        (["nothere.tar"], ["good.txt", "--host", "nothere.tar"]),
        (["--backend", "legacy"], ["good.txt", "--backend", "ebtables"]),
        (["--nosuch"], ["good.txt", "--nosuch"]),
        (["cannot write", "No such file"], ["good.txt", "--output", "no/such/folder"]),
        (["DUMP"], []),
    ],
)
def test_a_question_that_cannot_be_put_is_told(at: Path, capsys: pytest.CaptureFixture[str], said: list[str], arguments: list[str]) -> None:
    assert run(["explain", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [word for word in said if word not in shown.err] == []
    assert shown.err.startswith("error: ") or ": error: " in shown.err.partition("\n")[0]
    assert "Traceback" not in shown.err


def test_a_bad_line_is_shown_with_a_caret(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "bad.txt").write_text(dump_with("-A INPUT -p tcp -m tcp --dport 99999 -j ACCEPT"))
    run(["explain", "bad.txt"])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("bad.txt:5:")
    at_line = next(n for n, line in enumerate(lines) if line.strip().startswith("^"))
    start = lines[at_line].index("^")
    assert lines[at_line - 1][start : start + 5] == "99999"


def test_every_bad_line_is_told_in_one_run(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "bad.txt").write_text(dump_with("-A INPUT --nosuch", "-A INPUT -j ACCEPT", "-A INPUT -p tcp -m tcp --dport x:y"))
    assert run(["save", "bad.txt"]) == 2
    shown = capsys.readouterr().err
    assert "bad.txt:5" in shown
    assert "bad.txt:7" in shown


def test_a_dump_that_is_cut_off_is_a_warning(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "cut.txt").write_text(DUMP.removesuffix("COMMIT\n"))
    assert run(["explain", "cut.txt", "-i", "eth0", "-p", "tcp", "--dport", "22", "-q"]) == 0
    shown = capsys.readouterr()
    assert shown.err.startswith("cut.txt:5: warning: ")
    assert "COMMIT" in shown.err


@pytest.mark.parametrize(("said", "name"), [("did you mean eth0?", "ehh0"), ("they name eth0", "wlan7"), (None, "eth0"), (None, "lo")])
def test_an_interface_that_nothing_names_is_a_warning(at: Path, capsys: pytest.CaptureFixture[str], said: str | None, name: str) -> None:
    run(["explain", "good.txt", "-i", name, "-q"])
    shown = capsys.readouterr().err
    assert shown == "" if said is None else said in shown


def test_an_unknown_extension_is_a_warning_and_strict_makes_it_an_error(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "new.txt").write_text("# Generated by iptables-save v1.8.9 on x\n" + dump_with("-A INPUT -m nosuch --a 1 -j ACCEPT") + "# Completed on x\n")
    assert run(["explain", "new.txt", "--dport", "22", "-q"]) == 0
    assert "new.txt:6:" in capsys.readouterr().err
    assert run(["explain", "new.txt", "--dport", "22", "-q", "--strict"]) == 2


def test_many_warnings_of_a_kind_are_counted(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = [f"-A INPUT -m new{n} --a 1 -j ACCEPT" for n in range(20)]
    (at / "new.txt").write_text("# Generated by iptables-save v1.8.9 on x\n" + dump_with(*rules) + "# Completed on x\n")
    run(["save", "new.txt"])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) <= 6
    assert "15 more" in lines[-1]


@pytest.mark.parametrize(("said", "word"), [("did you mean explain?", "explian"), ("iptsim explain good.txt", "good.txt"), ("commands: ", "xyzzy")])
def test_a_command_that_is_not_there_is_told(at: Path, capsys: pytest.CaptureFixture[str], said: str, word: str) -> None:
    assert run([word]) == 2
    assert said in capsys.readouterr().err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "explain" in capsys.readouterr().err
