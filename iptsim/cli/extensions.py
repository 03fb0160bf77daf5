"""iptsim extensions: the matches and targets that are known, and how exactly."""

from __future__ import annotations

import click

from iptsim.cli.inputs import output
from iptsim.cli.screen import write


@click.command("extensions")
@click.argument("name", required=False)
@output("text", "json")
def command(name: str | None, form: str, output: str | None) -> None:
    """What is supported; with NAME the options of one match or target."""
    from iptsim.show.extensions import known, named

    found = named(name) if name else known()
    if form == "json":
        from iptsim.show.json import extensions_json

        write(extensions_json(found), output)
        return
    from iptsim.show.extensions import synopsis, table

    write(synopsis(found) if name else table(found), output)
