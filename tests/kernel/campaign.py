"""The fuzzer as a command, over every host and backend, on all processors.

    python -m tests.kernel.campaign 100000             so many packets
    python -m tests.kernel.campaign 2000 --seed 7      the same again

Each disagreement is made as small as it can be and printed at once, as a case for tests/kernel/recorded; what was covered is printed in the end,
or when it is told to stop (^C, SIGTERM). Exit code 1 if there was a disagreement.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import get_context
from random import SystemRandom
from signal import SIGTERM, default_int_handler, signal
from typing import NamedTuple

import click

from tests.kernel.fuzz import Fuzz, Tally
from tests.kernel.hosts import HOSTS

CHUNK = 5000  # packets that one kernel is asked about before another takes over
BACKENDS = ("legacy", "nft")


class Part(NamedTuple):
    """A part of a campaign: where, the seed, how many packets, whether the first disagreement is enough and stays as it is, and how many times as
    many packets as usual each ruleset is met by."""

    place: tuple[str, str]
    seed: int
    enough: int
    first: bool
    times: int


def chunk(part: Part) -> tuple[str, Tally]:
    """A part, in a process of its own."""
    return " ".join(part.place), Fuzz(*part.place, most=1 if part.first else 3, shrink=not part.first, times=part.times).run(part.seed, part.enough)


def campaign(enough: int, seed: int, jobs: int, first: bool = False, times: int = 1) -> Iterator[tuple[str, Tally]]:
    """Each part with what it came to, as they get done; `first`: no more after the first disagreement, which stays as it is."""
    places = [(host, backend) for host in HOSTS for backend in BACKENDS]
    size = min(CHUNK // 5 if first else CHUNK, max(1, enough // len(places)))
    parts = [Part(places[n % len(places)], seed + 1000 * n, size, first, times) for n in range(-(-enough // size))]
    with get_context("spawn").Pool(jobs, maxtasksperchild=4) as pool:
        for place, tally in pool.imap_unordered(chunk, parts):
            yield place, tally
            if first and tally.bad:
                return


@click.command()
@click.argument("packets", type=int)
@click.option("--seed", type=int, help="what is drawn depends on it alone; without it, a new one")
@click.option("--jobs", type=int, default=os.cpu_count(), show_default=True, help="processes")
@click.option("--first", is_flag=True, help="stop at the first disagreement, and say in the last line what it is")
@click.option("--times", type=int, default=1, show_default=True, help="so many times as many packets for each ruleset")
@click.option("--table", type=click.File("w"), help="write the tables of what was covered there")
def main(packets: int, seed: int | None, jobs: int, first: bool, times: int, table: click.utils.LazyFile | None) -> None:
    """Draw rulesets and PACKETS, and ask the kernel whether it does with each what iptsim says."""
    seed = SystemRandom().randrange(1 << 31) if seed is None else seed
    click.echo(f"seed {seed}")
    signal(SIGTERM, default_int_handler)
    total, places, start = Tally(), dict[str, Tally](), time.monotonic()
    with (
        suppress(KeyboardInterrupt),
        click.progressbar(length=packets, label="asking the kernel", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
    ):
        for place, tally in campaign(packets, seed, jobs, first, times):
            places.setdefault(place, Tally()).update(tally)
            total.update(tally)
            bar.update(tally.packets)
            for said, case in tally.bad:
                click.echo(f"\n{place}: {said}\n{case}")
    for line in report(total, places, time.monotonic() - start):
        click.echo(line)
    if first and total.bad:
        click.echo(total.bad[0][0])
    if table:
        table.writelines(f"{line}\n" for line in total.coverage.table())
    sys.exit(1 if total.bad else 0)


def report(total: Tally, places: dict[str, Tally], seconds: float) -> Iterator[str]:
    """What it came to, in lines."""
    for place, tally in sorted(places.items()):
        yield f"{place:20} {tally.packets:9,} packets, {len(tally.bad)} disagreements"
    yield f"{total.packets:,} packets ({total.connections:,} connections), {total.rulesets:,} rulesets: {len(total.bad)} disagreements"
    yield f"{total.packets / max(seconds, 1):,.0f} packets a second; {total.met:,} of {total.reachable:,} rules that can be reached were met"
    yield f"{total.unrepeated:,} disagreements that the kernel did not repeat"
    yield f"ends: {_counted(total.ends)}; states: {_counted(total.states)}"
    for name in ("undecided", "unsent", "refused"):
        yield f"{name}: {sum(getattr(total, name).values()):,}"
        yield from (f"  {count:7,}  {reason}" for reason, count in getattr(total, name).most_common(12))


def _counted(counter: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counter.items()))


if __name__ == "__main__":
    main()
