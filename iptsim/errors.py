"""Everything iptsim raises on purpose.

IptsimError
  ReadError        the text is not a dump, or a line of it cannot be read     (has a place)
    ReadErrors     several of them, from one run over the file
  HostError        a file about the host (addresses, routes, sets ...) cannot be read
  FlowError        the flow or packet that was asked for makes no sense
  OverBudget       the question is too wide to be answered
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iptsim.source import Span


class IptsimError(Exception):
    """The root of all errors that are meant for the user: a message, and a place where there is one."""

    def __init__(self, message: str, *, span: Span | None = None, expected: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        """The whole diagnostic: place, message, line with caret, what was expected, hint."""
        lines = [f"{self.span}: error: {self.message}" if self.span else self.message]
        if self.span:
            lines += self.span.picture()
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class ReadError(IptsimError):
    """One place in the text that cannot be read."""


class ReadErrors(ReadError):
    """All the places of one file that cannot be read; `errors` holds each, the first gives the span."""

    def __init__(self, errors: Sequence[ReadError]) -> None:
        super().__init__(f"{len(errors)} errors", span=errors[0].span)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class HostError(IptsimError):
    """A file about the host cannot be read."""


class FlowError(IptsimError):
    """The flow or packet that was asked for makes no sense."""


class OverBudget(IptsimError):
    """The question is too wide: its answer would take more work than is allowed."""
