"""iptsim verify: does the kernel of this machine agree?"""

from __future__ import annotations

import sys
from typing import Any

import click

from iptsim.cli.flow import flow, keywords
from iptsim.cli.inputs import dump, host, read
from iptsim.cli.screen import write

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
@click.option("-v", "--verbose", is_flag=True, help="name the rules that no packet met")
def command(**given: Any) -> None:
    """Put DUMP, and packets, to the kernel of this machine: does it do what iptsim says?

    The rules are loaded into a network namespace of their own; this machine's own network is not touched. Without a flow, packets are sent
    for every rule and every way that can be reached. Exit code 0: the kernel agrees; 1: it does not; 2: it could not be asked.
    """
    from iptsim.kernel import Kernel
    from iptsim.kernel.readiness import enter
    from iptsim.questions.verify import packets, verify
    from iptsim.show.verify import verification_text

    asked = keywords(given)
    ruleset = read(given["dump"], given)
    enter()
    with Kernel(ruleset) as kernel:
        sent = packets(kernel, asked)
        with click.progressbar(verify(kernel, sent), len(sent), "asking the kernel", file=sys.stderr, hidden=not sys.stderr.isatty()) as so_far:
            *_, made = so_far
        if not made.checks:
            raise click.ClickException(f"nothing could be asked: {next(iter(made.unsent))}")
        write(verification_text(kernel, made, given["verbose"]), given["output"])
    if made.disagreements:
        click.get_current_context().exit(1)
