"""iptsim graph: the chains of a dump, and who jumps to whom."""

from __future__ import annotations

from typing import Any

import click

from iptsim.cli.inputs import dump, output, read
from iptsim.cli.screen import write


@click.command("graph")
@dump
@output("text", "dot", "mermaid", "json")
def command(form: str, **given: Any) -> None:
    """The chains of DUMP: a tree, or a picture for Graphviz or Mermaid; loops, and chains that no packet reaches."""
    ruleset = read(given["dump"], given)
    if form == "json":
        from iptsim.show.json import graph_json as shown
    elif form == "dot":
        from iptsim.show.graph import graph_dot as shown
    elif form == "mermaid":
        from iptsim.show.graph import graph_mermaid as shown
    else:
        from iptsim.show.graph import graph_text as shown
    write(shown(ruleset), given["output"])
