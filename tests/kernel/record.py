"""Asks this machine's kernel, and writes what it answers to tests/kernel/recorded.

python -m tests.kernel.record
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import click

import iptsim
from iptsim.errors import IptsimError
from iptsim.kernel import Kernel
from iptsim.packet import Packet
from iptsim.questions.verify import checks
from iptsim.ruleset import Ruleset
from iptsim.show.verify import asked_of
from iptsim.trace import Trace, Verdict
from tests.kernel.campaign import BACKENDS
from tests.kernel.fuzz import EACH, Flow, drawn, moves
from tests.kernel.hosts import HOSTS
from tests.kernel.recording import FOLDER, Recorded, read, written

RULESETS, FLOWS = 12, 20  # of each host and backend; of each ruleset


@click.command()
def main() -> None:
    """Write every file anew: cases that are drawn, and those of found.txt, which are kept."""
    FOLDER.mkdir(exist_ok=True)
    _write("found", [_again(case) for case in read(FOLDER / "found.txt")])
    for backend in BACKENDS:
        for host in HOSTS:
            _write(f"{backend} {host}", list(islice(_recorded(host, backend, drawn(host, backend, 1)), RULESETS)))


def _write(name: str, cases: list[Recorded]) -> None:
    path = FOLDER / f"{name.replace(' ', '-')}.txt"
    path.write_text("\n".join(written(case) for case in cases), encoding="utf-8")
    click.echo(f"{path.name}: {len(cases)} cases, {sum(len(flow) for case in cases for flow in case.flows)} packets")


def _again(case: Recorded) -> Recorded:
    """The same packets, asked once more."""
    with Kernel(case.ruleset) as kernel:
        flows = [[(check.packets[-1], check.seen) for check in checks(kernel, [packet for packet, _ in flow], [])] for flow in case.flows]
        return replace(case, kernel=asked_of(kernel), flows=flows)


def _recorded(host: str, backend: str, rulesets: Iterable[tuple[Ruleset, list[str], list[Flow]]]) -> Iterator[Recorded]:
    """Those that the kernel takes, with the flows that settle; named by the extensions in them."""
    empty = iptsim.parse("*filter\nCOMMIT\n", family=int(host[-1]), backend=backend, host=HOSTS[host])
    with Kernel(empty) as kernel:
        for ruleset, _, firsts in rulesets:
            names = dict.fromkeys(part.name for rule in ruleset.rules() for part in rule.parts if part.name)
            try:
                kernel.load(ruleset)
            except IptsimError:
                continue
            flows = [flow for first in firsts[::EACH] if (flow := _flow(kernel, first))]
            yield Recorded(" ".join(names), host, asked_of(kernel), ruleset.save(), flows[:FLOWS])


def _flow(kernel: Kernel, first: Flow) -> list[tuple[Packet, Trace]]:
    """The packets with what the kernel did; none where it could not be asked or something stays open."""
    done: list[tuple[Packet, Trace]] = []
    seen: list[Trace] = []
    try:
        for check in checks(kernel, moves(kernel, *first, seen), seen):
            if check.walked.verdict is Verdict.UNDECIDED:
                return []
            if check.differences:
                click.echo(f"left out, since the kernel does not agree: {check.packets[-1]!r}", err=True)
                return []
            done.append((check.packets[-1], check.seen))
    except IptsimError:
        return []
    return done


if __name__ == "__main__":
    main()
