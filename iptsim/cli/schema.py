"""iptsim schema: the JSON Schema of an answer."""

from __future__ import annotations

import click

from iptsim.cli.screen import write

NAMES = ("explain", "graph", "extensions")


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> None:
    """The JSON Schema of what --format json prints: of explain, graph or extensions."""
    from iptsim.show.json import text
    from iptsim.show.schema import SCHEMAS

    write(text(SCHEMAS[name]))
