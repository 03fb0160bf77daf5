"""One table of a dump, from its lines to its chains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from iptsim.extension import OpaqueTarget
from iptsim.reader.checks import Chains, Restrictions, opaque
from iptsim.reader.commands import Commands
from iptsim.reader.faults import Fault, Report, did_you_mean
from iptsim.reader.lenient import Lenient, Text
from iptsim.reader.rule import Memory, Parts, RuleReader
from iptsim.reader.words import is_open, split
from iptsim.ruleset import BUILT_IN, Chain, Counters, Rule, Table
from iptsim.source import Span

_CHAIN = re.compile(r":([^ \t\r]+)[ \t]+([^ \t\r]+)(?:[ \t]+\[([0-9]{1,20}):([0-9]{1,20})\])?[ \t\r]*")
_COUNTED = re.compile(r"\[([0-9]{1,20}):([0-9]{1,20})\][ \t]*")
_CLOSING = re.compile(r'[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"')
_OTHER_FAMILY = {4: ("-6", "--ipv6"), 6: ("-4", "--ipv4")}
_LONGEST_NAME = 28


@dataclass(slots=True)
class Draft:
    """A chain while it is read."""

    policy: str | None
    counters: Counters | None = None
    line: int | None = None
    rules: list[Rule] = field(default_factory=list)


class TableReader:
    """Takes the lines of one table in order."""

    def __init__(self, name: str, report: Report, memory: Memory, names: tuple[frozenset[str], frozenset[str]], remember: bool = True) -> None:
        self.name = name
        self.report = report
        self.source = report.source
        self.drafts: dict[str, Draft] = {}
        self.rule = RuleReader(memory, names, self.drafts, remember)
        self.lenient = Lenient(self.rule)
        self.commands = Commands(self)
        self.restrictions = Restrictions(name, report)
        self.nowhere = Span(self.source, 1)
        self.mark = 1 if self.source.text.startswith("\ufeff") else 0

    # ---------------------------------------------------------------- chains
    def declare(self, text: str, line: int) -> None:
        """A run of `:CHAIN POLICY [packets:bytes]` lines."""
        for number, row in enumerate(text.split("\n"), line):
            if not row:
                continue
            fit = _CHAIN.fullmatch(row)
            if not fit:
                self.report.error("this is not a chain line", Span(self.source, number), expected=":CHAIN POLICY [packets:bytes]")
                continue
            name, policy, packets, octets = fit.groups()
            counters = Counters(int(packets), int(octets)) if packets else None
            self.chain(name, policy, counters, Span(self.source, number, 2, 2 + len(name)))

    def chain(self, name: str, policy: str, counters: Counters | None, span: Span) -> None:
        """Declare a chain; a second declaration sets the policy, as iptables-restore does."""
        built_in = name in BUILT_IN[self.name]
        if len(name.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
            self.report.refuse(f"the chain name {name} is longer than {_LONGEST_NAME} bytes", span)
        if built_in and policy not in ("ACCEPT", "DROP", "QUEUE", "-"):
            self.report.error(f"{policy} is not a policy", span, expected="ACCEPT or DROP", hint=did_you_mean(policy.upper(), ("ACCEPT", "DROP")))
        elif not built_in and policy != "-":
            self.report.refuse(f"{name} is not built in to {self.name}: only built-in chains have a policy", span,
                               hint=did_you_mean(name, BUILT_IN[self.name]))  # fmt: skip
        draft = self.drafts.setdefault(name, Draft(None))
        draft.policy = ("ACCEPT" if policy == "-" else policy) if built_in else None
        draft.counters = counters
        draft.line = span.line

    # ---------------------------------------------------------------- rules
    def rules(self, text: str, line: int) -> None:
        """A run of rule lines, with the blank lines and comments between them."""
        quick = self.rule.quick if self.rule.remember else _nothing
        drafts, new, fine = self.drafts, tuple.__new__, self.restrictions.unrestricted
        table, source = self.name, self.source
        lines = enumerate(text.replace("\r\n", "\n").split("\n"), line)
        for number, row in lines:
            counters, skipped = None, 0
            if row[:1] == "[" and (fit := _COUNTED.match(row)):
                counters, skipped = Counters(int(fit[1]), int(fit[2])), fit.end()
                row = row[skipped:]
            parts = quick(row)
            if parts is None:
                self._hard(row, Place(self, number, skipped), counters, lines)
                continue
            chain, head, matches, target = parts
            draft = drafts.get(chain)
            if draft is None:
                draft = self._missing(chain, Span(source, number))
            rules = draft.rules
            rule = new(Rule, (table, chain, len(rules) + 1, head, matches, target, counters, source, number, None))
            rules.append(rule)
            if matches or target.__class__ not in fine:
                self.restrictions.check(rule)

    def _missing(self, chain: str, span: Span) -> Draft:
        """A rule is added to a chain that nobody declared: a built-in one is there anyway."""
        if chain in BUILT_IN[self.name]:
            return self.drafts.setdefault(chain, Draft("ACCEPT"))
        self.report.refuse(f"the chain {chain} is not there", span, hint=did_you_mean(chain, [*self.drafts, *BUILT_IN[self.name]]))
        return self.drafts.setdefault(chain, Draft(None))

    def _hard(self, row: str, place: Place, counters: Counters | None, lines: Iterator[tuple[int, str]]) -> None:
        """A line that memory does not know: another shape, another command, another order, or a mistake."""
        if not row.strip(" \t\r") or row.lstrip(" \t")[0] == "#":
            return
        row, joined = _joined(row, lines)
        place.row = row
        try:
            words = split(row)
            if joined and not self.report.saved:
                opened = next(word for word in words if "\n" in word.raw)
                raise Fault("the quote is not closed on its line", opened.start, opened.start + 1)
            if words[0].text in _OTHER_FAMILY[self.rule.memory.family]:
                return
            self.commands.obey(self.lenient.command(words), place, counters)
        except Fault as fault:
            self.report.error(fault.message, place.span(fault.start, fault.end), expected=fault.expected, hint=fault.hint)

    def bad(self, text: str, line: int) -> None:
        """A line in a table that is nothing we know."""
        shown = text.strip()
        if shown.count('"') % 2 and shown.startswith(("-", "[")):
            column = text.rfind('"') + 1
            self.report.error("the quote is not closed", Span(self.source, line, column, column + 1))
            return
        hint = did_you_mean(shown[:20], ("COMMIT",)) if shown.isalpha() else ""
        self.report.error("this line is no part of a table", Span(self.source, line), expected="-A, :CHAIN, # or COMMIT", hint=hint)

    def add(self, chain: str, at: int | None, text: Text, place: Place, counters: Counters | None) -> None:
        """A rule, at the end or before rule number `at`. Raises Fault."""
        parts = self.parts(text)
        draft = self.drafts.get(chain) or self._missing(chain, place.span(0, len(place.row)))
        if at is not None and not 1 <= at <= len(draft.rules) + 1:
            raise Fault(f"{chain} has only {len(draft.rules)} rules", 0, len(place.row))
        columns = (place.skipped + 1, place.skipped + 1 + len(place.row)) if "\n" in place.row else None
        _, head, asked, target = parts
        number = len(draft.rules) + 1 if at is None else at
        rule = Rule(self.name, chain, number, head, asked, target, counters, self.source, place.line, columns)
        draft.rules.insert(number - 1, rule)
        self.restrictions.check(rule)

    def parts(self, text: Text) -> Parts:
        """What a rule in canonical order says, by memory or by lark. Raises Fault, placed in the line as written."""
        found = self.rule.quick(text.text) if self.rule.remember else None
        if found:
            return found
        try:
            return self.rule.slow(text.text)
        except Fault as fault:
            fault.start, fault.end = text.place(fault.start, fault.end)
            raise

    # ---------------------------------------------------------------- the end
    def finish(self) -> Table:
        """The table, its rules numbered."""
        for draft in self.drafts.values():
            if any(rule.number != n for n, rule in enumerate(draft.rules, 1)):
                draft.rules[:] = [rule._replace(number=n) for n, rule in enumerate(draft.rules, 1)]
        own = {name: draft.rules for name, draft in self.drafts.items()}
        Chains(self.name, own, self.report).check(self.restrictions)
        if self.rule.memory.opaque or any(isinstance(target, OpaqueTarget) for target in self.rule.targets.values()):
            opaque(own, self.report)
        chains = {
            name: Chain(name, self.name, draft.policy, tuple(draft.rules), draft.counters, draft.line) for name, draft in self.drafts.items()
        }
        return Table(self.name, chains)


@dataclass(slots=True)
class Place:
    """Where a row stands: its first line, and how much of that line was cut off before it."""

    table: TableReader
    line: int
    skipped: int
    row: str = ""

    def span(self, start: int, end: int) -> Span:
        """The place of `row[start:end]`, which may be on a later line than the first."""
        before = self.row[:start]
        line = self.line + before.count("\n")
        begin = before.rfind("\n") + 1
        shift = (self.skipped + (self.table.mark if self.line == 1 else 0)) if line == self.line else 0
        stop = self.row.find("\n", start, end)
        return Span(self.table.source, line, shift + start - begin + 1, shift + max(start + 1, end if stop < 0 else stop) - begin + 1)


def _nothing(row: str) -> None:
    """Every line to lark."""


def _joined(row: str, lines: Iterator[tuple[int, str]]) -> tuple[str, bool]:
    """A row with the lines that its open quote takes in."""
    if not _ends_open(row):
        return row, False
    rows, still_open = [row], True
    while still_open:
        following = next(lines, None)
        if following is None:
            break
        rows.append(following[1])
        if closing := _CLOSING.match(following[1]):
            still_open = _ends_open(following[1][closing.end() :])
    return "\n".join(rows), len(rows) > 1


def _ends_open(row: str) -> bool:
    if '"' not in row:
        return False
    words = split(row)
    return bool(words) and is_open(words[-1].raw)
