"""`iptsim verify` on the stories and on what generators make: the kernel agrees, whoever asks; and nothing is left behind however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import iptsim
from iptsim.cli import run
from iptsim.host import Host
from iptsim.kernel import Kernel
from iptsim.kernel.namespaces import LIBC
from iptsim.questions.aims import aims
from iptsim.questions.verify import Verification, verify
from iptsim.ruleset import Ruleset

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
STORIES = sorted(FIXTURES.glob("scenarios/*.txt"))
GENERATED = ("fail2ban.iptables-save", "ferm-dmz_router.iptables-save", "netavark.ip6tables-save", "ufw.iptables-save")
_SET_DUMPABLE, _NOBODY = 4, 65534


def asked(ruleset: Ruleset, backend: str) -> Verification:
    """All that the kernel was asked about a ruleset."""
    with Kernel(ruleset, backend=backend) as kernel:
        *_, chosen = aims(kernel.ruleset, {})
        *_, made = verify(kernel, chosen)
    return made


def of_host(dump: Path) -> dict[str, str]:
    """The files that tell of the host of a story."""
    files = {name: dump.with_suffix(".d") / f"{name}.txt" for name in ("addr", "route", "rule", "ipset", "sysctl")}
    return {name: str(file) for name, file in files.items() if file.exists()}


def problems(made: Verification) -> list[tuple[object, ...]]:
    return [(check.differences, check.packets) for check in made.disagreements]


# ---------------------------------------------------------------- dumps
@pytest.mark.parametrize("dump", STORIES, ids=[dump.stem[:2] for dump in STORIES])
def test_the_kernel_agrees_on_a_story(dump: Path, backend: str) -> None:
    ruleset = iptsim.load(dump, host=Host.read(**of_host(dump)), backend="nft" if dump.stem.startswith("20") else None)
    made = asked(ruleset, backend)
    assert problems(made) == []
    assert made.met


@pytest.mark.parametrize("name", GENERATED)
def test_the_kernel_agrees_on_what_a_generator_makes(name: str, backend: str) -> None:
    made = asked(iptsim.load(FIXTURES / "generators" / name), backend)
    assert problems(made) == []
    assert made.undecided * 4 < len(made.checks)
    assert {why for why in made.missed.values() if "went another way" in why} == set()


STATEFUL = [
    "-m limit --limit 1/day --limit-burst 1 -j ACCEPT",
    "-m hashlimit --hashlimit-upto 1/day --hashlimit-burst 1 --hashlimit-name a -j ACCEPT",
    "-m statistic --mode nth --every 3 --packet 0 -j ACCEPT",
    "-m statistic --mode random --probability 0.5 -j ACCEPT",
    "-m recent --update --seconds 60 -j REJECT\n-A INPUT -m recent --set",
    "-m quota --quota 100 -j ACCEPT",
    "-m set --match-set seen src -j ACCEPT\n-A INPUT -p udp -j SET --add-set seen src",
]


@pytest.mark.parametrize("rules", STATEFUL)
def test_the_kernel_agrees_where_it_matters_which_packets_came_before(rules: str, backend: str) -> None:
    made = asked(iptsim.parse(f"*filter\n:INPUT DROP [0:0]\n-A INPUT {rules}\nCOMMIT\n"), backend)
    assert problems(made) == []
    assert made.undecided == 0
    assert "filter:INPUT:rule:1" in made.met or "random" in rules


def test_the_mark_of_a_connection_is_asked_of_what_follows_its_first_packet(backend: str) -> None:
    rules = "*mangle\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -m connmark --mark 0x10/0xff -j DSCP --set-dscp 0x0a\nCOMMIT\n"
    made = asked(iptsim.parse(rules), backend)
    assert problems(made) == []
    assert "mangle:POSTROUTING:rule:1" in made.met
    assert made.unsent == {}


# ---------------------------------------------------------------- who asks
def test_the_kernel_agrees_with_a_user_without_rights(backend: str) -> None:
    dump = STORIES[0]
    arguments = ["verify", str(dump), "--backend", backend, *(word for name, file in of_host(dump).items() for word in (f"--{name}", file))]
    assert run([*arguments, "--output", os.devnull]) == 0  # and everything is imported, from wherever root may read it
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
            LIBC.prctl(_SET_DUMPABLE, 1)  # /proc/self is its own again, as of a process that such a user starts
            os._exit(run([*arguments, "--output", os.devnull]))
        os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# ---------------------------------------------------------------- how it ends
def namespaces(process: str) -> Iterator[str]:
    """The network namespaces that a process is in, or holds."""
    with suppress(OSError):
        yield os.readlink(f"/proc/{process}/ns/net")
        for file in os.scandir(f"/proc/{process}/fd"):
            with suppress(OSError):
                yield from (text for text in [os.readlink(file.path)] if text.startswith("net:"))


def wait(until: float, what: str) -> None:
    assert time.monotonic() < until, f"{what} takes too long"
    time.sleep(0.02)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)])
def test_nothing_is_left_behind(end: signal.Signals, code: int, backend: str) -> None:
    own, before, until = set(namespaces("self")), socket.if_nameindex(), time.monotonic() + 20
    dump = str(FIXTURES / "generators/shorewall-three-interfaces.iptables-save")
    command = [sys.executable, "-m", "iptsim", "verify", dump, "--backend", backend]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as asking:
        while not (made := set(namespaces(str(asking.pid))) - own):
            wait(until, "making a namespace")
        time.sleep(0.3)  # it is full of devices and rules by then, or being filled
        asking.send_signal(end)
        assert asking.wait(20) == code
        assert [text.strip() for text in asking.communicate()] == [b"", b""]
    while any(made & set(namespaces(process)) for process in os.listdir("/proc") if process.isdigit()):
        wait(until, "the end of the namespaces")
    with pytest.raises(ProcessLookupError):
        os.killpg(asking.pid, 0)
    assert socket.if_nameindex() == before
