"""The coordinates of a packet in a diagram: one level for every field, 32 for a mark, one for everything that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iptsim.errors import IptsimError
from iptsim.predicate import Name
from iptsim.spaces.intervals import Parts, Ranked, union

MARK_BITS = 32
_MOST_BYTES = 15


@dataclass(frozen=True, slots=True)
class Level:
    """One coordinate.

    `name` is a field's ("src"), a mark's bit ("mark.3"), an unknown's or a new value's. `field` is the key of packet.FIELDS whose kind of
    values it has, None for an unknown (0 no, 1 yes). `whole` is the name of what a `bit` belongs to. `ranked`: only these values exist.
    `is_open`: it is a new value, not one that the packet had.
    """

    name: str
    field: str | None
    whole: str
    bit: int | None = None
    ranked: Ranked | None = None
    is_open: bool = False

    def values(self, parts: Parts) -> Parts:
        """The coordinate's numbers as the field's own."""
        return self.ranked.values(parts) if self.ranked else parts

    def numbers(self, parts: Parts) -> Parts:
        """The field's values as the coordinate's numbers."""
        return self.ranked.ranks(parts) if self.ranked else parts


class Interfaces:
    """All interface names in finitely many classes: none (0), each name that occurs, "another eth*" for each prefix, and any other (the last)."""

    def __init__(self, names: Iterable[str], prefixes: Iterable[str]) -> None:
        self.names = ("", *sorted(set(names) - {""}))
        self.prefixes = tuple(sorted(p for p in set(prefixes) - {""} if p not in self.names or len(p.encode()) < _MOST_BYTES))
        self._index = {name: i for i, name in enumerate(self.names)}
        self.top = len(self.names) + len(self.prefixes)

    def prefix_of(self, index: int) -> str | None:
        """The prefix of "another eth*", empty for any other; None of a single name."""
        if index < len(self.names):
            return None
        return self.prefixes[index - len(self.names)] if index < self.top else ""

    def index(self, name: str) -> int:
        """The class that an interface is in."""
        if name in self._index:
            return self._index[name]
        longest = max((p for p in self.prefixes if name.startswith(p)), key=len, default=None)
        return self.top if longest is None else len(self.names) + self.prefixes.index(longest)

    def parts(self, wanted: Name) -> Parts:
        """The classes that make up a name or a prefix. Raises IptsimError for one that is only part of a class."""
        if not wanted.prefix:
            if wanted.text not in self._index:
                raise IptsimError(f"the interface {wanted.text} is not among those of this question")
            return ((self._index[wanted.text],) * 2,)
        alone = wanted.text in self._index and len(wanted.text.encode()) >= _MOST_BYTES
        if wanted.text and wanted.text not in self.prefixes and not alone:
            raise IptsimError(f"the interfaces {wanted.text}+ are not among those of this question")
        classes = [*self.names, *self.prefixes] + ([""] if not wanted.text else [])
        return union((i, i) for i, name in enumerate(classes) if name.startswith(wanted.text))

    def member(self, index: int) -> str:
        """A name in that class, a common one where it can be chosen."""
        prefix = self.prefix_of(index)
        if prefix is None:
            return self.names[index]
        stems = [prefix] if prefix else ["eth", "other"]
        tries = [f"{stem}{n}" for stem in stems for n in range(100 + self.top)] + [f"{stem}{chr(97 + n)}" for stem in stems for n in range(26)]
        for name in [*tries, *stems]:
            if len(name.encode()) <= _MOST_BYTES and self.index(name) == index:
                return name
        raise IptsimError(f"no interface name of at most {_MOST_BYTES} bytes is left for another {prefix}*")
