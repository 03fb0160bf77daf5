"""Networks as plain integers, and lines that know where they stand."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from iptsim.errors import HostError
from iptsim.source import Source, Span
from iptsim.values import ip_text

T = TypeVar("T")
BITS = {4: 32, 6: 128}


class Net(NamedTuple):
    """A network: both ends inclusive."""

    family: int
    low: int
    high: int
    length: int

    def __str__(self) -> str:
        return f"{ip_text(self.low, self.family)}/{self.length}"


def ip_value(text: str) -> tuple[int, int]:
    """An address as (value, family). Raises ValueError."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return int(address), address.version


def net(text: str) -> Net:
    """`10.0.0.0/8` or a single address; bits below the mask are cut off. Raises ValueError."""
    value, family = ip_value(text.partition("/")[0])
    length = int(text.partition("/")[2] or BITS[family])
    if not 0 <= length <= BITS[family]:
        raise ValueError(f"{text!r} has an impossible prefix length")
    return masked(value, length, family)


def masked(value: int, length: int, family: int) -> Net:
    """The network of that prefix length around an address."""
    rest = (1 << (BITS[family] - length)) - 1
    return Net(family, value & ~rest, value | rest, length)


def everything(family: int) -> Net:
    """All addresses: what `default` and `all` stand for."""
    return Net(family, 0, (1 << BITS[family]) - 1, 0)


def lines(source: Source) -> Iterator[tuple[int, str]]:
    """Each line with its number, without those that are empty."""
    for number, line in enumerate(source.text.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")


def at(source: Source, line: int, read: Callable[..., T], *words: Any, expected: str) -> T:
    """`read(*words)`; what is wrong with them becomes a HostError that points at the line."""
    try:
        return read(*words)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as problem:
        raise bad(source, line, _message(problem), expected) from None


def bad(source: Source, line: int, message: str, expected: str) -> HostError:
    """The error for that line."""
    return HostError(message, span=Span(source, line), expected=expected)


def _message(problem: Exception) -> str:
    if isinstance(problem, KeyError):
        return f"{problem} is missing"
    return str(problem) if isinstance(problem, ValueError) else "this cannot be read"


def is_json(text: str) -> bool:
    """Does it look like JSON rather than the tools' plain text?"""
    return text.lstrip()[:1] in ("[", "{")


def json_rows(source: Source, expected: str) -> list[dict[str, Any]]:
    """The objects of a JSON array, or the one object. `ip -j` prints `{}` and `null` among them for what has nothing to say."""
    try:
        loaded = json.loads(source.text)
    except (json.JSONDecodeError, RecursionError) as problem:
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
        raise bad(source, line, f"this is not JSON: {getattr(problem, 'msg', 'nested too deep')}", expected) from None
    rows = loaded if isinstance(loaded, list) else [loaded]
    if not all(isinstance(row, dict | None) for row in rows):
        raise bad(source, 1, "the JSON is not a list of objects", expected)
    return [row for row in rows if row]
