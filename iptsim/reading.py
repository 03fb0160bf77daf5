"""Where the current value of a field comes from, in terms of the packet as it arrived.

On its way a packet is rewritten: marks are set, addresses translated, and its answer has source and destination exchanged. `now`, a
mapping from field to reading, says for each field how to read it from the *original* packet, so that a set of packets never has to be
rewritten itself: every question about the packet as it is now becomes a question about the packet as it came in.

A field that `now` does not mention is still the original one. A plain int or str is a known value. The rest:
"""

from __future__ import annotations

from dataclasses import dataclass

from iptsim.predicate import Ranges


@dataclass(frozen=True, slots=True)
class Same:
    """The value that another field of the original packet had (the answer's destination is the request's source)."""

    field: str


@dataclass(frozen=True, slots=True)
class Shift:
    """An original field plus a constant: NETMAP of a network onto another, DNAT's port windows."""

    field: str
    by: int


@dataclass(frozen=True, slots=True)
class Open:
    """A new value that nobody knows: `name` tells it from others, `like` is the field whose kind it has, `within` limits it (None: no limit).

    Equal names are the same value.
    """

    name: str
    like: str
    within: Ranges | None = None


@dataclass(frozen=True, slots=True)
class Bit:
    """One bit of an original mark, perhaps flipped."""

    field: str
    index: int
    flipped: bool = False


@dataclass(frozen=True, slots=True)
class Bits:
    """A 32-bit mark, bit 0 first: each a known 0 or 1, or a Bit of the original packet."""

    literals: tuple[int | Bit, ...]


@dataclass(frozen=True, slots=True)
class TypeOf:
    """The type of an address that is itself read from the original packet: `types` gives the addresses of each type, disjoint and complete."""

    address: Same | Shift | Open
    types: tuple[tuple[int, Ranges], ...]


Reading = int | str | Same | Shift | Open | Bits | TypeOf

# How the type of a new address is called that may be this host's or another's: `type of 10.9.0.5`.
TYPE_OF = "type of "


def known(reading: object) -> bool:
    """Is it a plain value?"""
    return reading.__class__ is int or reading.__class__ is str
