"""What the user sees: the answer on stdout or in a file, everything else on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from iptsim.errors import IptsimError
from iptsim.ruleset import Warning
from iptsim.source import printable

_MOST_ALIKE = 5  # warnings of one kind that are shown one by one


# ---------------------------------------------------------------- the answer
def write(text: str, output: str | None = None) -> None:
    """The answer, to stdout or to a file. Bytes of the dump that are not UTF-8 come out as they came in."""
    data = text.encode("utf-8", "surrogateescape")
    if output is None or output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(data)
    except (OSError, ValueError) as problem:
        raise click.ClickException(f"cannot write {output}: {getattr(problem, 'strerror', None) or problem}") from None


def colored(when: str, output: str | None) -> bool:
    """Is the answer to be coloured? `--color`, then NO_COLOR and FORCE_COLOR, then whether stdout is a terminal that can."""
    if when != "auto":
        return when == "always"
    if output is not None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", None)


def columns(output: str | None) -> int | None:
    """How wide the terminal is; None where the answer does not go to one."""
    if output is not None or not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


# ---------------------------------------------------------------- everything else
def complain(problem: IptsimError | str, kind: str = "error: ") -> None:
    """A message on stderr. Nothing in it is obeyed by the terminal."""
    text = str(problem)
    if isinstance(problem, IptsimError) and problem.span is not None:
        kind = ""  # it says so itself, after its place
    _say(kind + text)


def warn(warnings: tuple[Warning, ...]) -> None:
    """Warnings, one line each; of many of one kind the first few, and how many more there are."""
    kinds: dict[str, list[Warning]] = {}
    for warning in warnings:
        kinds.setdefault(warning.kind, []).append(warning)
    for kind, alike in kinds.items():
        for warning in alike[:_MOST_ALIKE]:
            _say(printable(str(warning)))
        if len(alike) > _MOST_ALIKE:
            _say(f"warning: {len(alike) - _MOST_ALIKE} more of this kind ({kind}): --format json lists all")


def _say(text: str) -> None:
    shown = "\n".join(printable(line) for line in text.split("\n"))
    click.echo(shown, file=sys.stderr)


# ---------------------------------------------------------------- the streams
def tolerant() -> None:
    """A terminal that cannot show a character gets an escape, not a failure."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def quiet() -> None:
    """Whoever read stdout is gone: nothing more is written there, without a complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def finish(code: int) -> NoReturn:
    """The process ends, now."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError, ValueError):
            stream.flush()
    os._exit(code)
