"""The command: arguments in, an answer and an exit code out.

Exit codes: 0 answered, passed · 1 the expectation is not met · 2 could not do it · 3 undecided where a decision was required · 130 interrupted.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from iptsim import __version__
from iptsim.cli.screen import complain, finish, quiet, tolerant
from iptsim.errors import IptsimError

COMMANDS = ("explain", "verify", "graph", "save", "extensions", "schema")
DONE, NOT_MET, FAILED, UNDECIDED, INTERRUPTED = 0, 1, 2, 3, 130


class Commands(click.Group):
    """The commands, each imported when it is asked for: a command pays for what it uses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"iptsim.cli.{cmd_name}").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command {args[0]!r}{_meant(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            quiet()
            return DONE


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="iptsim %(version)s")
def commands() -> None:
    """From an iptables-save dump to the verdict of any flow, and why."""


def run(arguments: Sequence[str]) -> int:
    """The command with these arguments: its exit code. What goes wrong is said on stderr, in one message."""
    tolerant()
    try:
        code = commands.main(list(arguments), prog_name="iptsim", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as problem:
        complain(problem.format_message(), kind="")
        return FAILED
    except click.UsageError as problem:
        complain(problem.format_message())
        if problem.ctx is not None:
            complain(f"{problem.ctx.get_usage()}\nTry '{problem.ctx.command_path} --help'", kind="")
        return FAILED
    except click.ClickException as problem:
        complain(problem.format_message())
        return FAILED
    except IptsimError as problem:
        complain(problem)
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as problem:  # a bug; whoever can mend it asks for the place
        if os.environ.get("IPTSIM_TRACEBACK"):
            raise
        complain(f"this is a bug in iptsim, {type(problem).__name__}: {problem}\n  hint: IPTSIM_TRACEBACK=1 shows where; please report it")
        return FAILED
    return code if isinstance(code, int) else DONE


def main() -> None:
    """The entry point. The process ends at once, as taking 100 000 rules apart piece by piece would take as long as reading them did."""
    gc.set_threshold(50_000, 20, 20)  # a command makes much, keeps most of it, and is gone soon
    code = run(sys.argv[1:])
    if sys.stdout is not sys.__stdout__:  # the caller's own stream: it goes on after this
        sys.exit(code)
    finish(code)


def _meant(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; to explain a dump: iptsim explain {word}" if os.path.exists(word) else f"; commands: {', '.join(COMMANDS)}"
