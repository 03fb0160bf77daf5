"""iptsim verify: does the kernel of this machine agree?"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from iptsim.cli.flow import flow, keywords
from iptsim.cli.inputs import dump, host, read
from iptsim.cli.screen import write

if TYPE_CHECKING:
    from iptsim.kernel import Kernel
    from iptsim.questions.verify import Check
    from iptsim.ruleset import Ruleset

EXAMPLES = """\b
Examples:
  iptables-save | sudo iptsim verify -
  sudo iptsim verify dump.txt --addr addr.txt --route route.txt
  sudo iptsim verify dump.txt 'tcp 203.0.113.50 -> 198.51.100.10:443 in eth0'
"""


@click.command("verify", epilog=EXAMPLES)
@dump
@flow
@host
@click.option("--output", metavar="FILE", help="write the answer there")
@click.option("-v", "--verbose", is_flag=True, help="tell of each rule how many packets met it")
def command(**given: Any) -> None:
    """Put DUMP, and packets, to the kernel of this machine: does it do what iptsim says?

    The rules are loaded into a network namespace of their own; this machine's own network is not touched. Without a flow, packets are sent
    for every rule and every way that can be reached. Exit code 0: the kernel agrees; 1: it does not, and what is printed is a report of
    that, ready to be sent; 2: it could not be asked.
    """
    from iptsim.kernel import Kernel, KernelError
    from iptsim.kernel.readiness import enter
    from iptsim.questions.verify import refusal

    asked = keywords(given)
    ruleset = read(given["dump"], given)
    try:
        enter()
        with Kernel(ruleset) as kernel:
            disagrees = _ask(kernel, asked, given)
    except KernelError as problem:
        raise refusal(ruleset, problem) from None
    if disagrees:
        click.get_current_context().exit(1)


def _ask(kernel: Kernel, asked: dict[str, Any], given: dict[str, Any]) -> bool:
    """The question put, and the answer written: does the kernel disagree?"""
    from iptsim.questions.aims import aims
    from iptsim.questions.verify import verify
    from iptsim.show.verify import verification_text

    with _progress("choosing packets", None, aims(kernel.ruleset, asked)) as choosing:
        *_, chosen = choosing
    with _progress("asking the kernel", len(chosen.packets), verify(kernel, chosen)) as so_far:
        *_, made = so_far
    if not made.checks:
        raise click.ClickException(f"nothing could be asked: {next(iter(made.unsent.values()))}")
    reports = [_reduced(kernel, check) for check in made.distinct]
    write(verification_text(kernel, made, reports, given["verbose"]), given["output"])
    return bool(made.disagreements)


def _reduced(kernel: Kernel, check: Check) -> tuple[Ruleset, Check]:
    """A disagreement, made as small as it can be."""
    from iptsim.questions.verify import BUDGET, smaller

    with _progress("making the disagreement smaller", BUDGET) as so_far:
        return smaller(kernel, check, lambda: so_far.update(1))


def _progress(label: str, length: int | None, steps: Iterable[Any] | None = None) -> Any:
    """A bar on stderr, where that is a terminal."""
    return click.progressbar(steps, length, label, file=sys.stderr, hidden=not sys.stderr.isatty())
