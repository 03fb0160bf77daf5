"""Has the fuzzer teeth? Each mistake of mutants.txt is made in a copy of iptsim, and the kernel must object.

    python -m tests.kernel.mutants             all of them
    python -m tests.kernel.mutants goto port   those whose name has one of these words

Exit code 1 if one was not caught.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import click

ROOT = Path(__file__).parent.parent.parent
PACKETS = 24_000  # at most, to catch one


class Mutant(NamedTuple):
    """In `file`, `old` becomes `new`."""

    name: str
    file: Path
    old: str
    new: str

    def text(self, root: Path = ROOT) -> str:
        """The file with the mistake in it. Raises ValueError where it does not have `old` once."""
        text = (root / "iptsim" / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {self.old!r} {text.count(self.old)} times")
        return text.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """Those of mutants.txt."""
    blocks = (Path(__file__).parent / "mutants.txt").read_text(encoding="utf-8").strip().split("\n\n")[1:]
    rows = [[line.strip() for line in block.splitlines()] for block in blocks]
    return [Mutant(name, Path(file), old.removeprefix("- "), new.removeprefix("+ ")) for name, file, old, new in rows]


def caught(mutant: Mutant | None) -> str:
    """What the kernel objected to first, or what the mistake broke before it could; empty if neither. None: no mistake was made."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for room in ("iptsim", "grammars", "tests"):
            shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "recorded"))
        if mutant is not None:
            (copy / "iptsim" / mutant.file).write_text(mutant.text(), encoding="utf-8")
        command = [sys.executable, "-m", "tests.kernel.campaign", str(PACKETS), "--seed", "11", "--jobs", "1", "--first"]
        done = subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONPATH": folder}, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{mutant and mutant.name}: {done.stderr}")
        return (done.stderr or done.stdout).splitlines()[-1] if done.returncode else ""


@click.command()
@click.argument("words", nargs=-1)
@click.option("--jobs", type=int, default=os.cpu_count(), show_default=True)
def main(words: tuple[str, ...], jobs: int) -> None:
    """Make each mistake, and see whether the kernel objects."""
    chosen = [mutant for mutant in mutants() if not words or any(word in mutant.name for word in words)]
    start, missed = time.monotonic(), 0
    already = caught(None)
    if already:
        raise click.ClickException(f"nothing can be said of mistakes, since the kernel disagrees without one: {already}")
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, said in zip(chosen, pool.map(caught, chosen), strict=True):
            missed += not said
            click.echo(f"{mutant.name:64} {said or 'NOT CAUGHT'}")
    click.echo(f"{len(chosen) - missed} of {len(chosen)} caught, {time.monotonic() - start:.0f} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
