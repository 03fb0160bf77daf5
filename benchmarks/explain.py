"""How long `iptsim explain` takes: as a whole process on the seed's dump, and in one process on dumps of a thousand rules.

CPU seconds of user and system. Other machines are slower or faster: look at the ratios, the first to a Python that does nothing.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import iptsim

SEED = "fixtures/seed/docker-after-install.txt"
ASKED = ["--src", "172.17.0.2", "--dport", "80"]


def process(*arguments: str) -> float:
    """CPU seconds of one fresh process, bytecode cached as for any installed package."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def filtered(rules: Iterator[str]) -> str:
    """A filter table with these rules."""
    return "\n".join(["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]", *rules, "COMMIT", ""])


def acl(size: int) -> str:
    """Source networks, destinations, ports, both verdicts."""
    dice = random.Random(1)
    byte = lambda: dice.randrange(256)  # noqa: E731  # short, and used five times in the next line
    return filtered(
        f"-A FORWARD -s 10.{byte()}.{byte()}.0/24 -d 192.168.{byte()}.{byte()}/32 -p tcp -m tcp --dport {dice.randrange(65536)}"
        f" -j {dice.choice(['ACCEPT', 'DROP'])}"
        for _ in range(size)
    )


def blocklist(size: int) -> str:
    """One address a rule."""
    dice = random.Random(1)
    return filtered(f"-A INPUT -s {'.'.join(str(dice.randrange(1, 224)) for _ in range(4))}/32 -j DROP" for _ in range(size))


def docker(size: int) -> str:
    """So many containers, a port of each published: three rules a container."""
    home = [f"172.17.{n // 250}.{n % 250 + 2}" for n in range(size)]
    nat = [
        "*nat", ":PREROUTING ACCEPT [0:0]", ":POSTROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]", ":DOCKER - [0:0]",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER", "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
        *(f"-A POSTROUTING -s {a}/32 -d {a}/32 -p tcp -m tcp --dport 80 -j MASQUERADE" for a in home),
        *(f"-A DOCKER ! -i docker0 -p tcp -m tcp --dport {8000 + n} -j DNAT --to-destination {a}:80" for n, a in enumerate(home)), "COMMIT",
    ]  # fmt: skip
    return "\n".join(nat) + "\n" + filtered(
        line for line in (":DOCKER - [0:0]", "-A FORWARD -o docker0 -j DOCKER", *(
            f"-A DOCKER -d {a}/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT" for a in home))
    )  # fmt: skip


QUESTIONS: list[dict[str, Any]] = [
    {"src": "10.1.2.3", "dport": 8005, "proto": "tcp", "in_interface": "eth0"},
    {"in_interface": "eth0", "proto": "tcp"},
    {},
]
DUMPS: list[tuple[str, Callable[[int], str], int]] = [("acl", acl, 1000), ("blocklist", blocklist, 1000), ("docker", docker, 330)]


def main() -> None:
    """Print the figures."""
    nothing = min(process(sys.executable, "-c", "pass") for _ in range(5))
    whole = sorted(process(sys.executable, "-m", "iptsim", "explain", SEED, *ASKED) for _ in range(11))
    print(f"explain, whole process, seed dump: {whole[0]:.3f} s at least, {whole[5]:.3f} s median; {whole[0] / nothing:.1f} times an empty Python")
    for name, make, size in DUMPS:
        rules = iptsim.parse(make(size))
        for question in QUESTIONS:
            start = time.process_time()
            cases = len(rules.explain(**question).cases)
            asked = ", ".join(question) or "nothing given"
            print(f"explain, {name}, {sum(1 for _ in rules.rules())} rules, {asked}: {cases} cases in {time.process_time() - start:.2f} s")


if __name__ == "__main__":
    main()
