"""The text as it was given, and places in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` with nothing in it that a terminal would obey: control and direction characters become visible escapes.

    Comments in a dump are written by whoever can add a rule, so they are treated as hostile wherever they are shown.
    """
    return _CONTROL.sub(lambda m: _escape(m[0]), text).replace("\t", " ").replace("\n", "\\n")


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8 (surrogateescape)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class Source:
    """One text and its name; `line(n)` counts from 1 and has no line end."""

    __slots__ = ("_starts", "name", "text")

    def __init__(self, text: str, name: str = "<text>") -> None:
        self.text = text
        self.name = name
        self._starts: list[int] | None = None

    def line(self, number: int) -> str:
        """The text of line `number`, without its line end; empty beyond the end."""
        starts = self._index()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].removesuffix("\r")

    def start(self, number: int) -> int:
        """Where line `number` begins in the text."""
        starts = self._index()
        return starts[number - 1] if 1 <= number <= len(starts) else len(self.text)

    def _index(self) -> list[int]:
        """Where the lines begin, found when first asked for."""
        if self._starts is None:
            starts, at = [0], self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._starts = starts
        return self._starts

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source: a line and a half-open range of columns, all counted from 1 (column 0: the whole line)."""

    source: Source
    line: int
    column: int = 0
    end: int = 0

    def __str__(self) -> str:
        name = printable(self.source.name)
        return f"{name}:{self.line}:{self.column}" if self.column else f"{name}:{self.line}"

    @property
    def text(self) -> str:
        """What stands there."""
        if not self.column:
            return self.source.line(self.line)
        start = self.source.start(self.line) - 1
        return self.source.text[start + self.column : start + self.end]

    def picture(self, width: int = 160) -> list[str]:
        """The line and, where columns are known, carets under them: safe for a terminal, cut to `width` around the place."""
        line, column, end = self.source.line(self.line), self.column or 1, self.end or self.column or 1
        start = max(0, column - 1 - width // 2) if len(line) > width else 0
        before = printable(line[start : column - 1])
        here = printable(line[column - 1 : min(end - 1, start + width)])
        shown = "  " + before + here + printable(line[max(end, column) - 1 : start + width])
        return [shown, "  " + " " * len(before) + "^" * max(1, len(here))] if self.column else [shown]
