"""iptsim save: a dump, read and written back."""

from __future__ import annotations

from typing import Any

import click

from iptsim.cli.inputs import dump, read
from iptsim.cli.screen import write


@click.command("save")
@dump
@click.option("--canonical", is_flag=True, help="as iptables-save would print it, without header and dates")
@click.option("--output", metavar="FILE", help="write it there")
def command(canonical: bool, **given: Any) -> None:
    """Read DUMP and write it back, to the byte."""
    write(read(given["dump"], given).save(canonical=canonical), given["output"])
