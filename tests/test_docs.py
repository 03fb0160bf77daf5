"""Every example in README and docs is run: ```console by the command, ```pycon by doctest, ```python as it stands.

IPTSIM_DOCS=write (`make docs`) writes what the commands print into the documents, instead of comparing.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")))
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
_BLOCK = re.compile(r"^```(console|pycon|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _in_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_a_command_prints_what_the_document_says(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    fresh = _BLOCK.sub(lambda block: f"```console\n{_played(block[2])}```" if block[1] == "console" else block[0], text)
    if os.environ.get("IPTSIM_DOCS") == "write":
        document.write_text(fresh, encoding="utf-8")
    else:
        assert text == fresh


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_the_python_of_a_document_runs(document: Path) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    for kind, code, line in _blocks(document):
        if kind == "pycon":
            example = doctest.DocTestParser().get_doctest(code, names, document.name, str(document), line)
            runner, report = doctest.DocTestRunner(verbose=False), io.StringIO()
            assert not runner.run(example, out=report.write, clear_globs=False).failed, report.getvalue()
            names |= example.globs  # the parser copied them
        elif kind == "python":
            exec(compile("\n" * line + code, document, "exec"), names)
            for name in [name for name in names if name.startswith("test_")]:
                names.pop(name)()


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_a_link_of_a_document_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_a_target_of_make_that_a_document_names_is_there(document: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= set(targets)


def _blocks(document: Path) -> Iterator[tuple[str, str, int]]:
    """Kind, code, and the line before it."""
    text = document.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        yield block[1], block[2], text.count("\n", 0, block.start(2))


def _played(block: str) -> str:
    """A console block, with what its `$ iptsim ...` print now. `$ echo $?` says how the one before ended; other commands are not run."""
    out, code = "", 0
    for command, said in re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        words = shlex.split(command)
        if words[0] == "iptsim":
            code, said = _run(words)
        elif words == ["echo", "$?"]:
            said = f"{code}\n"
        out += f"$ {command}{said}"
    return out


def _run(words: list[str]) -> tuple[int, str]:
    """The command, in this process: how it ended, and what stands on the terminal then."""
    from iptsim.cli import main

    screen, before, code = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), sys.argv, 0
    sys.argv = words
    try:
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before
    return code, screen.buffer.getvalue().decode()  # type: ignore[attr-defined]  # it is the BytesIO from above
