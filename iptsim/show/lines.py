"""Lines of text with a thin layer of colour: plain in a pipe, wrapped and coloured on a terminal."""

from __future__ import annotations

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
    from rich.text import Text

    return "".join(f"{_coloured(Text.assemble(*((text, _STYLES[style]) for text, style in one.pieces)))}\n" for one in lines)


def _coloured(text: object) -> str:
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=1 << 16, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(text, soft_wrap=True, end="")
    return capture.get().rstrip(" ")


def _wrapped(whole: Line, width: int) -> list[Line]:
    """The line in parts that fit, cut at blanks; a word that is longer than a line is left whole, so that it can be copied."""
    if whole.hang == FIXED or len(str(whole)) <= width:
        return [whole]
    words = [(word, style) for text, style in whole.pieces for word in _words(text)]
    hang = whole.hang if whole.hang < width - 20 else 2
    out: list[list[tuple[str, str]]] = [[]]
    used, started = 0, False
    for word, style in words:
        blank = not word.strip()
        if not blank and started and used + len(word) > width:
            out.append([(" " * hang, "")])
            used, started = hang, False
        elif blank and not started and len(out) > 1:
            continue
        out[-1].append((word, style))
        used, started = used + len(word), started or (not blank and used + len(word) > whole.hang)
    return [Line(tuple(pieces), whole.hang) for pieces in out]


def _words(text: str) -> list[str]:
    """Words and the blanks between them, apart."""
    out: list[str] = []
    for character in text:
        if out and (out[-1][-1] == " ") == (character == " "):
            out[-1] += character
        else:
            out.append(character)
    return out
