"""Lines of text with a thin layer of colour: plain in a pipe, wrapped and coloured on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from iptsim.trace import Verdict

# Colour means verdict and nothing else; what is only there for completeness is dim.
_STYLES = {"accept": "bold green", "drop": "bold red", "unknown": "bold yellow", "dim": "dim", "": ""}
_OF_VERDICT = {Verdict.ACCEPT: "accept", Verdict.DROP: "drop", Verdict.REJECT: "drop"}
_NARROWEST = 40
FIXED = -1  # a line that is never wrapped


@dataclass(frozen=True, slots=True)
class Line:
    """One line: pieces of (text, style), and the column where it goes on if it must be wrapped (FIXED: never)."""

    pieces: tuple[tuple[str, str], ...]
    hang: int = 0

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces).rstrip()


def line(*pieces: str | tuple[str, str], hang: int = 0) -> Line:
    """A line of plain and styled pieces."""
    return Line(tuple((piece, "") if isinstance(piece, str) else piece for piece in pieces), hang)


def style_of(verdict: Verdict) -> str:
    """The colour that means this verdict."""
    return _OF_VERDICT.get(verdict, "unknown")


def rendered(lines: Iterable[Line], color: bool = False, width: int | None = None) -> str:
    """The lines as one text; `width` wraps them at blanks, with a hanging indent; without it they stay as they are."""
    if width is not None:
        lines = [part for whole in lines for part in _wrapped(whole, max(width, _NARROWEST))]
    if not color:
        return "".join(f"{one}\n" for one in lines)
    return _coloured(lines)


def _coloured(lines: Iterable[Line]) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=1 << 16, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        for one in lines:
            console.print(Text.assemble(*((text, _STYLES[style]) for text, style in one.pieces)), soft_wrap=True)
    return capture.get()


def _wrapped(whole: Line, width: int) -> list[Line]:
    """The line in parts that fit, cut at blanks; a word that is longer than a line is left whole, so that it can be copied."""
    if whole.hang == FIXED or len(str(whole)) <= width:
        return [whole]
    hang = whole.hang if whole.hang < width - 20 else 2
    out: list[list[tuple[str, str]]] = [[]]
    used, started = 0, False  # started: something stands in the line that a break may follow
    for word in _words(whole):
        size, blank = sum(len(text) for text, _ in word), not word[0][0].strip()
        if blank and not started and len(out) > 1:
            continue
        if not blank and started and used + size > width:
            out.append([(" " * hang, "")])
            used, started = hang, False
        out[-1] += word
        used, started = used + size, started or (not blank and used + size > whole.hang)
    return [Line(tuple(pieces), whole.hang) for pieces in out]


def _words(whole: Line) -> list[list[tuple[str, str]]]:
    """Words and the blanks between them, apart; a word may have pieces of several styles."""
    out: list[list[tuple[str, str]]] = []
    for text, style in whole.pieces:
        for run in re.findall(r" +|[^ ]+", text):
            if out and (out[-1][0][0][0] == " ") == (run[0] == " "):
                out[-1].append((run, style))
            else:
                out.append([(run, style)])
    return out
