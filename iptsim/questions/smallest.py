"""The smallest ruleset and packets that still show something: delta debugging over tables, chains, rules, what rules ask, and packets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from iptsim.errors import IptsimError
from iptsim.extension import Given, Jump, Match, Target
from iptsim.packet import Packet
from iptsim.reader import parse
from iptsim.ruleset import Rule, Ruleset

Fails = Callable[[Ruleset, list[Packet]], bool]

# What a packet has where there is no reason for anything else.
_ORDINARY: dict[str, Any] = {
    "mark": 0, "connmark": 0, "tos": 0, "ttl": 64, "pkttype": 0, "uid_owner": 0, "gid_owner": 0, "fragment": False,
    "sport": 40000, "dport": 80, "tcp_flags": 2, "icmp_code": 0,
}  # fmt: skip


class _Draft(NamedTuple):
    """Lines of a dump, and packets."""

    lines: tuple[str, ...]
    packets: tuple[Packet, ...]


class _Found(NamedTuple):
    """A draft that fails, read."""

    ruleset: Ruleset
    lines: tuple[str, ...]
    packets: tuple[Packet, ...]


class _Pass(NamedTuple):
    """Units that might go, and what is left without some of them; None where that is no dump."""

    units: Sequence[Any]
    without: Callable[[Collection[Any]], _Draft | None]


def smallest(ruleset: Ruleset, packets: Sequence[Packet], fails: Fails, budget: int = 400) -> tuple[Ruleset, list[Packet]]:
    """The smallest ruleset and packets found for which `fails` holds, as it does for those given; it is asked at most `budget` times.

    Nothing that is left can go alone, if the budget sufficed. What cannot be read, or for which `fails` raises an IptsimError, does not fail.

    >>> rs = parse("*filter\\n:INPUT DROP\\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\\n-A INPUT -j LOG\\nCOMMIT\\n")
    >>> print(smallest(rs, [Packet(dport=80)], lambda rs, _: "LOG" in rs.save())[0].save())
    *filter
    :INPUT ACCEPT
    -A INPUT -j LOG
    COMMIT
    <BLANKLINE>
    """
    search = _Search(_Found(ruleset, (), tuple(packets)), fails, budget)
    if search.takes(_Draft(tuple(_lines(ruleset)), tuple(packets))):
        while sum(search.reduces(make(search.found)) for make in _PASSES):
            pass
    return search.found.ruleset, list(search.found.packets)


@dataclass(slots=True)
class _Search:
    """The smallest so far, and what was asked already."""

    found: _Found
    fails: Fails
    left: int
    asked: set[tuple[tuple[str, ...], str]] = field(default_factory=set)

    def takes(self, draft: _Draft | None) -> bool:
        """Does the draft fail too? Then it is the smallest so far."""
        if draft is None:
            return False
        key = draft.lines, repr(draft.packets)
        if key in self.asked or not self.left:
            return False
        self.asked.add(key)
        try:
            ruleset = self.found.ruleset if draft.lines == self.found.lines else self._read(draft.lines)
            self.left -= 1
            failing = self.fails(ruleset, list(draft.packets))
        except IptsimError:
            return False
        if failing:
            self.found = _Found(ruleset, *draft)
        return failing

    def _read(self, lines: Sequence[str]) -> Ruleset:
        given = self.found.ruleset
        return parse("\n".join(lines) + "\n", family=given.family, backend=given.backend, host=given.host)

    def reduces(self, over: _Pass) -> bool:
        """Take away halves of the units, then quarters, down to single ones until none can go. Was there one that could?"""
        kept, size, some = list(over.units), max(1, len(over.units) // 2), False
        while kept and self.left:
            at, fewer = 0, False
            while at < len(kept):
                rest = kept[:at] + kept[at + size :]
                if self.takes(over.without(set(over.units).difference(rest))):
                    kept, fewer = rest, True
                else:
                    at += size
            some |= fewer
            if size == 1 and not fewer:
                break
            size = max(1, size // 2)
        return some


# ---------------------------------------------------------------- packets
def _earlier(found: _Found) -> _Pass:
    """The packets that came before the last."""
    packets = found.packets
    return _Pass(range(len(packets) - 1), lambda gone: _Draft(found.lines, tuple(p for n, p in enumerate(packets) if n not in gone)))


def _fields(found: _Found) -> _Pass:
    """The fields that packets have, and what is assumed of them."""
    units = [(n, name) for n, packet in enumerate(found.packets) for name in _told(packet)]
    return _Pass(units, lambda gone: _told_otherwise(found, dict.fromkeys(gone)))


def _values(found: _Found) -> _Pass:
    """The fields that have another value than the ordinary one."""
    told = [(n, name, value) for n, packet in enumerate(found.packets) for name, value in _told(packet).items()]
    units = [(n, name) for n, name, value in told if _ORDINARY.get(name, value) != value]
    return _Pass(units, lambda gone: _told_otherwise(found, {(n, name): _ORDINARY[name] for n, name in gone}))


def _told(packet: Packet) -> dict[Any, Any]:
    """The fields by name, the assumptions by ("assume", name)."""
    known = packet.known()
    return known | {("assume", name): value for name, value in known.pop("assume", {}).items()}


def _told_otherwise(found: _Found, changes: dict[tuple[int, Any], Any]) -> _Draft:
    """With these values of the packets' fields; None: not said."""
    told = [_told(packet) for packet in found.packets]
    for (n, name), value in changes.items():
        told[n][name] = value
    return _Draft(found.lines, tuple(_packet(fields) for fields in told))


def _packet(told: dict[Any, Any]) -> Packet:
    known = {name: value for name, value in told.items() if isinstance(name, str) and value is not None}
    assume = {name[1]: value for name, value in told.items() if not isinstance(name, str) and value is not None}
    return Packet(**known, assume=assume or None)


# ---------------------------------------------------------------- lines
def _lines(ruleset: Ruleset) -> Iterator[str]:
    """The dump with nothing in it but what the kernel is given, a rule in the words that it was read in."""
    for table in ruleset:
        yield f"*{table.name}"
        yield from (f":{chain.name} {chain.policy or '-'}" for chain in table if chain.policy or not chain.built_in)
        yield from (rule.text if rule.text.startswith("-A") else rule.canonical for chain in table for rule in chain)
        yield "COMMIT"


def _owners(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Table and chain of each line; no chain for the first and last of a table."""
    owners, table = [], ""
    for text in lines:
        table = text[1:] if text.startswith("*") else table
        owners.append((table, text.split(maxsplit=2)[text.startswith("-")].lstrip(":") if text[0] in ":-" else ""))
    return owners


def _kept(found: _Found, gone: Callable[[int], bool]) -> _Draft:
    """Without the lines for which `gone` holds: they count from 1, as the lines of rules do."""
    return _Draft(tuple(text for number, text in enumerate(found.lines, 1) if not gone(number)), found.packets)


def _tables(found: _Found) -> _Pass:
    owners = _owners(found.lines)
    return _Pass([table.name for table in found.ruleset], lambda gone: _kept(found, lambda number: owners[number - 1][0] in gone))


def _chains(found: _Found) -> _Pass:
    """Whole chains, with the rules that jump there."""
    owners = _owners(found.lines)
    jumps = {rule.line: (rule.table, rule.target.chain) for rule in found.ruleset.rules() if isinstance(rule.target, Jump)}
    units = [(chain.table, chain.name) for table in found.ruleset for chain in table]
    return _Pass(units, lambda gone: _kept(found, lambda number: owners[number - 1] in gone or jumps.get(number) in gone))


def _rules(found: _Found) -> _Pass:
    return _Pass([rule.line for rule in found.ruleset.rules()], lambda gone: _kept(found, lambda number: number in gone))


def _policies(found: _Found) -> _Pass:
    """Policies that are not ACCEPT."""
    units = [n for n, text in enumerate(found.lines) if text.startswith(":") and text.endswith(" DROP")]

    def without(gone: Collection[int]) -> _Draft:
        accepted = (text.removesuffix("DROP") + "ACCEPT" if n in gone else text for n, text in enumerate(found.lines))
        return _Draft(tuple(accepted), found.packets)

    return _Pass(units, without)


# ---------------------------------------------------------------- what is within rules
def _within(find: Callable[[Rule], Iterable[Any]], without: Callable[[Rule, Collection[Any]], str | None]) -> Callable[[_Found], _Pass]:
    """A pass over what `find` finds in rules; `without` writes a rule without some of that, if it can."""

    def make(found: _Found) -> _Pass:
        rules = {rule.line: rule for rule in found.ruleset.rules()}
        units = [(line, unit) for line, rule in rules.items() for unit in find(rule)]

        def draft(gone: Collection[tuple[int, Any]]) -> _Draft | None:
            lines: list[str | None] = list(found.lines)
            for line in {line for line, _ in gone}:
                lines[line - 1] = without(rules[line], {unit for where, unit in gone if where == line})
            written = tuple(text for text in lines if text is not None)
            return _Draft(written, found.packets) if len(written) == len(lines) else None

        return _Pass(units, draft)

    return make


def _parts(rule: Rule) -> Iterable[int]:
    """The head, each match, the target."""
    return range(len(rule.parts))


def _without_parts(rule: Rule, gone: Collection[int]) -> str:
    return _saved(rule, [part for n, part in enumerate(rule.parts) if n not in gone])


def _options(rule: Rule) -> Iterable[tuple[int, int]]:
    """The options of each part."""
    return [(n, row) for n, part in enumerate(rule.parts) for row in range(len(part.given))]


def _without_options(rule: Rule, gone: Collection[tuple[int, int]]) -> str | None:
    return _given(rule, lambda n, row, given: None if (n, row) in gone else given)


def _negations(rule: Rule) -> Iterable[tuple[int, int]]:
    """The options with a `!`."""
    return [(n, row) for n, row in _options(rule) if rule.parts[n].given[row].negated]


def _without_negations(rule: Rule, gone: Collection[tuple[int, int]]) -> str | None:
    return _given(rule, lambda n, row, given: given._replace(negated=False) if (n, row) in gone else given)


def _given(rule: Rule, change: Callable[[int, int, Given], Given | None]) -> str | None:
    """The rule with other options; those that become None go. None where an extension does not take that."""
    made: list[Match | Target] = []
    for n, part in enumerate(rule.parts):
        rows = tuple(given for row, old in enumerate(part.given) if (given := change(n, row, old)) is not None)
        if rows != part.given:
            part = type(part)(rows, part.family)
            if any(option.required and not part.has(option) for option in part.options) or part.problem() is not None:
                return None
        made.append(part)
    return _saved(rule, made)


def _saved(rule: Rule, parts: Sequence[Match | Target]) -> str:
    return " ".join(text for text in (f"-A {rule.chain}", *(part.save() for part in parts)) if text)


def _items(rule: Rule) -> Iterable[tuple[int, int]]:
    """The items of lists: "80,443" has two."""
    return [(n, item) for n, word in enumerate(_words(rule)) if "," in word for item in range(word.count(",") + 1)]


def _without_items(rule: Rule, gone: Collection[tuple[int, int]]) -> str:
    lists = ((n, word.split(",")) for n, word in enumerate(_words(rule)))
    return " ".join(",".join(item for m, item in enumerate(items) if (n, m) not in gone) for n, items in lists)


def _words(rule: Rule) -> list[str]:
    """Of a rule without quotes; quoted text is no list."""
    text = rule.text if rule.text.startswith("-A") else rule.canonical
    return [] if '"' in text else text.split(" ")


_PASSES = (
    _earlier, _tables, _chains, _rules, _policies,
    _within(_parts, _without_parts), _within(_options, _without_options), _within(_negations, _without_negations), _within(_items, _without_items),
    _fields, _values,
)  # fmt: skip
