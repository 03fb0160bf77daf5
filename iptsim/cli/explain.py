"""iptsim explain: what happens to a flow, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iptsim.cli.expect import EXPECTED, judged
from iptsim.cli.flow import flow, keywords
from iptsim.cli.inputs import dump, host, output, read
from iptsim.cli.screen import colored, columns, warn, write

if TYPE_CHECKING:
    from iptsim.questions.explanation import Explanation

EXAMPLES = """\b
Examples:
  iptsim explain dump.txt -i eth0 -s 203.0.113.50 -d 198.51.100.10 -p tcp --dport https
  iptsim explain dump.txt 'tcp 203.0.113.50 -> 198.51.100.10:443 in eth0'
  iptables-save | iptsim explain - --src 172.17.0.2 --dport 80
  iptsim explain dump.txt --host bundle.tar --dport 22 --expect deny -q
"""


@click.command("explain", epilog=EXAMPLES)
@dump
@flow
@host
@output("text", "json")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--expect", type=click.Choice(EXPECTED, case_sensitive=False), help="exit 1 unless every case ends so (deny: not let through)")
@click.option("-q", "--quiet", is_flag=True, help="the verdict only")
@click.option("-v", "--verbose", is_flag=True, help="every step, and the way of the answer")
def command(**given: Any) -> None:
    """What happens to a flow, and why: DUMP is a file that iptables-save wrote, or -.

    What is left out of the flow is not known, and splits the answer where it matters.
    """
    asked = keywords(given)
    ruleset = read(given["dump"], given)
    explanation: Explanation = ruleset.explain(**asked)
    warn(explanation.warnings[len(ruleset.warnings) :])
    _warn_of_interfaces(explanation)
    write(_shown(explanation, given), given["output"])
    if given["expect"]:
        click.get_current_context().exit(judged(explanation, given["expect"]))


def _shown(explanation: Explanation, given: dict[str, Any]) -> str:
    if given["form"] == "json":
        from iptsim.show.json import explanation_json

        return explanation_json(explanation)
    if given["quiet"]:
        return f"{explanation.verdict}\n"
    from iptsim.show.text import explanation_text

    color = colored(given["color"], given["output"])
    return explanation_text(explanation, color=color, width=columns(given["output"]), verbose=given["verbose"])


def _warn_of_interfaces(explanation: Explanation) -> None:
    """An interface that nothing names is a slip of the pen, or another host's."""
    asked = [explanation.flow.get(name) for name in ("in_interface", "out_interface", "physdev_in", "physdev_out")]
    if not any(asked):
        return
    from iptsim.cli.interfaces import strangers

    warn(strangers(explanation.ruleset, [name for name in asked if isinstance(name, str)]))
