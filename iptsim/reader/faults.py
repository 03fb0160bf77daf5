"""What is wrong with a line, before it has a place in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from iptsim.errors import IptsimError, ReadError, ReadErrors
from iptsim.ruleset import Warning
from iptsim.source import Source, Span

MOST_ERRORS = 50


class Fault(Exception):
    """A mistake in one rule: what, and from where to where in the text that was read (offsets from 0). A hint may be made when it is asked for."""

    def __init__(self, message: str, start: int, end: int, *, expected: str = "", hint: str | Callable[[], str] = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.expected = expected
        self._hint = hint

    @property
    def hint(self) -> str:
        """What may help."""
        return self._hint if isinstance(self._hint, str) else self._hint()


class TooMany(IptsimError):
    """There are enough errors to show."""


class Report:
    """What one run over a file found. `saved`: a kernel took these rules once, so what the tools refuse is a warning."""

    def __init__(self, source: Source, strict: bool) -> None:
        self.source = source
        self.strict = strict
        self.saved = False
        self.errors: list[ReadError] = []
        self.warnings: list[Warning] = []
        self._opaque: dict[str, list[Span]] = {}

    def error(self, message: str, span: Span, *, expected: str = "", hint: str = "") -> None:
        """The file cannot be read, but more may be wrong with it."""
        self.errors.append(ReadError(message, span=span, expected=expected, hint=hint))
        if len(self.errors) >= MOST_ERRORS:
            raise TooMany("enough")

    def refuse(self, message: str, span: Span, *, hint: str = "") -> None:
        """The tools would refuse this."""
        if self.saved and not self.strict:
            self.warnings.append(Warning("refused", message, span))
        else:
            self.error(message, span, hint=hint)

    def warn(self, kind: str, text: str, span: Span | None, about_rule: bool = False) -> None:
        """The user should know this."""
        if about_rule and self.strict and span:
            self.error(text, span)
        else:
            self.warnings.append(Warning(kind, text, span))

    def opaque(self, text: str, span: Span) -> None:
        """There is a part that iptsim does not know; the same is told once."""
        self._opaque.setdefault(text, []).append(span)

    def finish(self) -> tuple[Warning, ...]:
        """All warnings; raises what there is to raise."""
        for text, spans in self._opaque.items():
            often = f" ({len(spans)} rules)" if len(spans) > 1 else ""
            try:
                self.warn("opaque", f"{text}{often}", spans[0], about_rule=True)
            except TooMany:
                break
        self.errors.sort(key=lambda error: (error.span.line, error.span.column) if error.span else (0, 0))
        if self.errors:
            raise self.errors[0] if len(self.errors) == 1 else ReadErrors(self.errors)
        return tuple(self.warnings)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest names, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(dict.fromkeys(known)), 3, 0.6)
    return f"did you mean {' or '.join(near)}?" if near else ""
