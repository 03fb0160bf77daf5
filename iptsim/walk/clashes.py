"""What NAT does where a new connection would look like another, or comes from where another did (nf_nat_core.c).

This is known of a single packet that comes after others. Else no other connection is taken to be in the way, and every port stays that can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iptsim.predicate import Ranges
from iptsim.reading import Reading
from iptsim.walk.conntrack import Connection, entry
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group

_OTHER = {"src": "dst", "dst": "src", "sport": "dport", "dport": "sport"}


def held(engine: Engine, group: Group, field: str, new: Mapping[str, Reading]) -> set[int | None]:
    """The values of that port with which answers to the packet, with its `new` ends, would be another connection's: nf_nat_used_tuple().
    {None} for a protocol without ports. The kernel changes the id of an ICMP query, which is not looked at here."""
    now, found = {**group.now, **new}, set()
    for connection in _others(engine, group):
        for ends in (connection.original, connection.reply):
            turned = {_OTHER.get(name, name): value for name, value in ends}
            if "icmp_type" not in turned and all(now.get(name) == value for name, value in turned.items() if name != field):
                found.add(turned.get(field))
    return found


def earlier(engine: Engine, group: Group) -> Iterator[tuple[Reading, Reading]]:
    """The source and its port that other connections from the same source were given, the newest first: find_appropriate_src()."""
    start = dict(group.nat.before) if group.nat else {}
    for connection in _others(engine, group):
        before, after = dict(connection.nat.before), dict(connection.nat.after)
        if dict(connection.original).get("proto") == group.now.get("proto") and all(before[end] == start[end] for end in ("src", "sport")):
            yield after["src"], after["sport"]


def _others(engine: Engine, group: Group) -> list[Connection]:
    """The connections but the one that this packet opens anew, the newest first."""
    mine = entry(group) if engine.connections else None
    return [] if mine is None else [other for other in reversed(engine.connections) if mine.original not in (other.original, other.reply)]


def free(engine: Engine, port: int, taken: set[int | None], span: tuple[int, int] | None) -> Reading | None:
    """A source port instead of one that is taken; None where there is none. It is a random one of the range that the rule gives, else of those
    that are as privileged: nf_nat_l4proto_unique_tuple()."""
    low, high = span or ((1, 511) if port < 512 else (600, 1023) if port < 1024 else (1024, 65535))
    left = high - low + 1 - sum(1 for value in taken if value is not None and low <= value <= high)
    if left == 1:
        return next(value for value in range(low, high + 1) if value not in taken)
    return engine.open(f"a port that no other connection has instead of {port}", "sport", Ranges(((low, high),))) if left else None


def lowest(port: int, taken: set[int | None], span: tuple[int, int]) -> int:
    """The first destination port of the range, from there on and around, that is not taken; the same if all are."""
    size = span[1] - span[0] + 1
    ports = (span[0] + (port - span[0] + n) % size for n in range(min(size, len(taken) + 1)))
    return next((value for value in ports if value not in taken), port)
