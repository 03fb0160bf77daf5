"""Asks this machine's kernel, and writes what it answers to tests/kernel/recorded.

python -m tests.kernel.record
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, product

import click

import iptsim
from iptsim.errors import IptsimError
from iptsim.kernel import Kernel
from iptsim.packet import Packet
from iptsim.questions.verify import Check, checks
from iptsim.ruleset import Ruleset
from iptsim.show.verify import asked_of
from iptsim.trace import Trace, Verdict
from tests.kernel.campaign import BACKENDS
from tests.kernel.coverage import Coverage
from tests.kernel.fuzz import EACH, Flow, drawn, moves
from tests.kernel.hosts import HOSTS
from tests.kernel.recording import FOLDER, Recorded, read, written

RULESETS, FLOWS = 12, 20  # of each host and backend; of each ruleset
SEED, EACH_PLACE = 2, 15  # of the rulesets in which each extension is met


@click.command()
def main() -> None:
    """Write every file anew: cases that are drawn, those in which each extension is met, and those of found.txt, which are kept."""
    FOLDER.mkdir(exist_ok=True)
    _write("found", [_again(case) for case in read(FOLDER / "found.txt")])
    _write("extensions", list(_extensions()))
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
        flows = [_pairs(checks(kernel, [packet for packet, _ in flow], [])) for flow in case.flows]
        return replace(case, kernel=asked_of(kernel), flows=flows)


def _recorded(host: str, backend: str, rulesets: Iterable[tuple[Ruleset, list[str], list[Flow]]]) -> Iterator[Recorded]:
    """Those that the kernel takes, with the flows that settle; named by the extensions in them."""
    with Kernel(_empty(host, backend)) as kernel:
        for ruleset, _, firsts in rulesets:
            names = dict.fromkeys(part.name for rule in ruleset.rules() for part in rule.parts if part.name)
            try:
                kernel.load(ruleset)
            except IptsimError:
                continue
            flows = [_pairs(made) for first in firsts[::EACH] if (made := _checked(kernel, first))]
            yield Recorded(" ".join(names), host, asked_of(kernel), ruleset.save(), flows[:FLOWS])


def _extensions() -> Iterator[Recorded]:
    """Rulesets with packets that meet an extension as none before did: a match that holds, one that does not, a target that is taken."""
    known: set[str] = set()
    for host, backend in product(HOSTS, BACKENDS):
        with Kernel(_empty(host, backend)) as kernel:
            for ruleset, _, firsts in drawn(host, backend, SEED, EACH_PLACE):
                kernel.load(ruleset)
                met: list[str] = []
                flows = []
                for made in filter(None, (_checked(kernel, first) for first in firsts)):
                    news = _met(ruleset, made) - known
                    if news:
                        known |= news
                        met += sorted(news)
                        flows.append(_pairs(made))
                if flows:
                    yield Recorded(", ".join(met), host, asked_of(kernel), ruleset.save(), flows)


def _met(ruleset: Ruleset, made: Iterable[Check]) -> set[str]:
    coverage = Coverage()
    for check in made:
        coverage.add(ruleset, check)
    return {*coverage.matched, *(f"! {name}" for name in coverage.missed), *coverage.taken}


def _empty(host: str, backend: str) -> Ruleset:
    return iptsim.parse("*filter\nCOMMIT\n", family=int(host[-1]), backend=backend, host=HOSTS[host])


def _checked(kernel: Kernel, first: Flow) -> list[Check]:
    """The packets, checked; none where the kernel could not be asked, or does not agree, or something stays open."""
    made: list[Check] = []
    seen: list[Trace] = []
    try:
        for check in checks(kernel, moves(kernel, *first, seen), seen):
            if check.walked.verdict is Verdict.UNDECIDED:
                return []
            if check.differences:
                click.echo(f"left out, since the kernel does not agree: {check.packets[-1]!r}", err=True)
                return []
            made.append(check)
    except IptsimError:
        return []
    return made


def _pairs(made: Iterable[Check]) -> list[tuple[Packet, Trace]]:
    return [(check.packets[-1], check.seen) for check in made]


if __name__ == "__main__":
    main()
