"""What a match or a target says, in words: `says(rule.matches[0])` is "the source port is 53 or 1024 to 65535"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from iptsim.extension import Extension, Given, Goto, Jump, OpaqueMatch, OpaqueTarget
from iptsim.names import ICMP_TYPES, ICMPV6_TYPES
from iptsim.packet import flags_text
from iptsim.source import printable
from iptsim.values import ICMPV6, Value, ip_text


def says(part: Extension) -> str:
    """One sentence about a head, match or target, without capital and full stop, safe for a terminal."""
    if isinstance(part, Jump):
        return f"go on in chain {printable(part.chain)}" + (", and from there to the caller of this one" if isinstance(part, Goto) else "")
    if isinstance(part, OpaqueMatch | OpaqueTarget):
        return printable(f"{part.name}, which iptsim does not know: {part.text}".removesuffix(": "))
    clauses = [clause(row) for row in part.given or part.implied() if row.option.says]
    return ", ".join(clauses) if clauses else summary(type(part))


def clause(row: Given) -> str:
    """One option as it was given: "the mark is not 0x1"."""
    option = row.option
    text = option.says.format(printable(_value(option.value, row.value))) if option.value else option.says
    return negation(text) if row.negated else text


def negation(text: str) -> str:
    """The clause denied, at its first verb."""
    words = text.split(" ")
    at = next((n for n, word in enumerate(words) if word in ("is", "are")), None)
    return f"it is not so that {text}" if at is None else " ".join([*words[: at + 1], "not", *words[at + 1 :]])


def summary(kind: type[Extension]) -> str:
    """The first sentence about a kind of match or target: what it compares or does."""
    text = " ".join((kind.__doc__ or kind.name).split()).partition(". ")[0].removesuffix(".")
    return text[0].lower() + text[1:]


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *rest, end = words
    return f"{', '.join(rest)} {last} {end}" if rest else end


# ---------------------------------------------------------------- values
def _value(shape: Value, value: Any) -> str:
    """As people write it, where that is not what iptables-save writes."""
    words = _WORDS.get(shape.kind[0] if shape.kind else "")
    if shape is ICMPV6:
        return _icmp(shape, value, ICMPV6_TYPES)
    return words(shape, value) if words else shape.save(value)


def _pair(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _range(shape: Value, value: tuple[int, int]) -> str:
    """A range without an end is said so, except of ports, where everyone knows the last."""
    endless = value[1] == shape.kind[1] > 65535 and value[0] < value[1]
    return f"{value[0]} or more" if endless else _pair(*value)


def _icmp(shape: Value, value: tuple[int, int, int], names: dict[str, tuple[int, int, int]]) -> str:
    text = shape.save(value)
    name = next((name for name, number in names.items() if number == value), "")
    return f"{text} ({name})" if name and name != text else text


def _masked(shape: Value, value: tuple[int, int]) -> str:
    number, mask = value
    return f"{number:#x}" if mask == shape.kind[1] else f"{number:#x} under the mask {mask:#x}"


def _flags(_shape: Value, value: tuple[int, int]) -> str:
    return f"{flags_text(value[1])} out of {flags_text(value[0])}"


def _interface(_shape: Value, value: str) -> str:
    return f"one that begins with {value[:-1]}" if value.endswith("+") else value


_WORDS: dict[str, Callable[[Value, Any], str]] = {
    "range": _range,
    "text": lambda _shape, value: f'"{value}"',
    "ports": lambda _shape, value: listed(_pair(*span) for span in value),
    "names": lambda _shape, value: listed(value),
    "ip_range": lambda _shape, value: f"{ip_text(value[0], value[2])} to {ip_text(value[1], value[2])}",
    "icmp": lambda shape, value: _icmp(shape, value, ICMP_TYPES),
    "masked": _masked,
    "tcp_flags": _flags,
    "interface": _interface,
}
