"""One table of a dump, from its lines to its chains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from iptsim.extension import Given
from iptsim.head import Head
from iptsim.reader.checks import Chains, Restrictions, opaque
from iptsim.reader.faults import Fault, Report, did_you_mean
from iptsim.reader.rule import Memory, Names, Parts, RuleReader
from iptsim.reader.words import is_open, split
from iptsim.ruleset import BUILT_IN, Chain, Counters, Rule, Table
from iptsim.source import Span

if TYPE_CHECKING:
    from iptsim.reader.commands import Commands
    from iptsim.reader.dump import Block

_CHAIN = re.compile(r":([^ \t\r]+)[ \t]+([^ \t\r]+)(?:[ \t]+\[([0-9]{1,20}):([0-9]{1,20})\])?[ \t\r]*")
_COUNTED = re.compile(r"\[([0-9]{1,20}):([0-9]{1,20})\][ \t]*")
_DECLARED = re.compile(r"^:([^ \t\r\n]+)", re.MULTILINE)
_NEW = re.compile(r"^(?:-N|--new(?:-chain)?)[ \t]+([^ \t\r\n]+)", re.MULTILINE)
_CLOSING = re.compile(r'[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"')
_LONGEST_NAME = 28
_ALIKE = 16  # so many lines alike are worth a plan for the whole line


class Draft:
    """A chain while it is read. `moved`: rules were not only appended, so their numbers are not settled."""

    __slots__ = ("counters", "line", "moved", "policy", "rules")

    def __init__(self, policy: str | None) -> None:
        self.policy = policy
        self.counters: Counters | None = None
        self.line: int | None = None
        self.rules: list[Rule] = []
        self.moved = False


class TableReader:
    """Takes the lines of one table in order."""

    def __init__(self, block: Block, report: Report, memory: Memory, names: Names, remember: bool) -> None:
        self.name = block.name
        self.report = report
        self.source = report.source
        self.drafts: dict[str, Draft] = {}
        self.rule = RuleReader(memory, names, _declared(block), remember)
        self._commands: Commands | None = None
        self.restrictions = Restrictions(block.name, report)
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
        new, table, source = tuple.__new__, self.name, self.source
        alike = Alike(self)
        fits, build, chain, own, target, at, protocol = alike.plan
        lines = enumerate(text.replace("\r\n", "\n").split("\n"), line)
        for number, row in lines:
            counters, skipped, fit = None, 0, fits(row)
            if fit is None and row[:1] == "[" and (counted := _COUNTED.match(row)):
                counters, skipped = Counters(int(counted[1]), int(counted[2])), counted.end()
                row = row[skipped:]
                fit = fits(row)
            if fit:
                try:
                    head, asked = build(fit.groups())
                except ValueError:
                    pass
                else:
                    rule = new(Rule, (table, chain, len(own) + 1, head, asked, target, counters, source, number, None))
                    own.append(rule)
                    if at is not None and head.given[at] is not protocol:
                        self.restrictions.check(rule)
                    continue
            if self._one(row, Place(self, number, skipped), counters, lines, alike):
                fits, build, chain, own, target, at, protocol = alike.plan

    def _one(self, row: str, place: Place, counters: Counters | None, lines: Iterator[tuple[int, str]], alike: Alike) -> bool:
        """A line by itself; True if that changes how lines like it are read."""
        parts = self.rule.quick(row) if self.rule.remember else None
        if parts is None:
            if not row or row[0] == "#":
                return False
            self._hard(row, place, counters, lines)
            return alike.forget()  # a command may have changed anything
        chain, head, asked, target = parts
        draft = self.drafts.get(chain) or self._missing(chain, place.line)
        rule = Rule(self.name, chain, len(draft.rules) + 1, head, asked, target, counters, self.source, place.line)
        draft.rules.append(rule)
        return self.restrictions.check(rule) and alike.note(rule, row)

    def _missing(self, chain: str, number: int) -> Draft:
        """A rule is added to a chain that nobody declared: a built-in one is there anyway."""
        if chain in BUILT_IN[self.name]:
            return self.drafts.setdefault(chain, Draft("ACCEPT"))
        word = next((word for word in split(self.source.line(number)) if word.text == chain), None)
        span = Span(self.source, number, word.start + 1, word.end + 1) if word else Span(self.source, number)
        self.report.refuse(f"the chain {chain} is not there", span, hint=did_you_mean(chain, [*self.drafts, *BUILT_IN[self.name]]))
        return self.drafts.setdefault(chain, Draft(None))

    def _hard(self, row: str, place: Place, counters: Counters | None, lines: Iterator[tuple[int, str]]) -> None:
        """A line that memory does not know: another shape, another command, another order, or a mistake."""
        row, joined = _joined(row, lines)
        place.row = row
        try:
            if joined and not self.report.saved:
                opened = next(word for word in split(row) if "\n" in word.raw)
                raise Fault("the quote is not closed on its line", opened.start, opened.start + 1)
            if self._commands or not self._as_saved(row, place, counters, self.rule.slow):
                self.commands.obey(row, place, counters)
        except Fault as fault:
            if not (self.rule.memory.saved and self._as_saved(row, place, counters, self.rule.partly)):
                self.report.error(fault.message, place.span(fault.start, fault.end), expected=fault.expected, hint=fault.hint)

    def _as_saved(self, row: str, place: Place, counters: Counters | None, read: Callable[[str], Parts]) -> bool:
        """Take a line that can be read as it stands."""
        if not row.startswith("-A "):
            return False
        try:
            self.add(read(row), None, place, counters)
        except Fault:
            return False
        return True

    @property
    def commands(self) -> Commands:
        """What knows the lines that iptables-save does not print; from then on it is asked first."""
        if self._commands is None:
            from iptsim.reader.commands import Commands

            self._commands = Commands(self)
        return self._commands

    def bad(self, text: str, line: int) -> None:
        """A line in a table that is nothing we know."""
        shown = text.strip()
        if shown.count('"') % 2 and shown.startswith(("-", "[")):
            column = text.rfind('"') + 1
            self.report.error("the quote is not closed", Span(self.source, line, column, column + 1))
            return
        hint = did_you_mean(shown[:20].upper(), ("COMMIT",)) if shown.isalpha() else ""
        self.report.error("this line is no part of a table", Span(self.source, line), expected="-A, :CHAIN, # or COMMIT", hint=hint)

    def add(self, parts: Parts, at: int | None, place: Place, counters: Counters | None) -> None:
        """A rule, at the end or before rule number `at`. Raises Fault."""
        chain, head, asked, target = parts
        draft = self.drafts.get(chain) or self._missing(chain, place.line)
        number = len(draft.rules) + 1 if at is None else at
        if not 1 <= number <= len(draft.rules) + 1:
            raise Fault(f"{chain} has only {len(draft.rules)} rules", 0, len(place.row))
        columns = (place.skipped + 1, place.skipped + 1 + len(place.row)) if "\n" in place.row else None
        rule = Rule(self.name, chain, number, head, asked, target, counters, self.source, place.line, columns)
        draft.moved |= number <= len(draft.rules)
        draft.rules.insert(number - 1, rule)
        self.restrictions.check(rule)

    # ---------------------------------------------------------------- the end
    def finish(self) -> Table:
        """The table, its rules numbered."""
        for draft in self.drafts.values():
            if draft.moved:
                draft.rules[:] = [rule._replace(number=n) for n, rule in enumerate(draft.rules, 1)]
        own = {name: draft.rules for name, draft in self.drafts.items()}
        Chains(self.name, own, self.report).check(self.restrictions)
        if self.rule.memory.opaque:
            opaque(own, self.rule.memory.unread, self.report)
        chains = {name: Chain(name, self.name, draft.policy, tuple(draft.rules), draft.counters, draft.line) for name, draft in self.drafts.items()}
        return Table(self.name, chains)


class Place:
    """Where a row stands: its first line, and how much of that line was cut off before it."""

    __slots__ = ("line", "row", "skipped", "table")

    def __init__(self, table: TableReader, line: int, skipped: int) -> None:
        self.table = table
        self.line = line
        self.skipped = skipped
        self.row = ""

    def span(self, start: int, end: int) -> Span:
        """The place of `row[start:end]`, which may be on a later line than the first."""
        before = self.row[:start]
        line = self.line + before.count("\n")
        begin = before.rfind("\n") + 1
        shift = (self.skipped + (self.table.mark if self.line == 1 else 0)) if line == self.line else 0
        stop = self.row.find("\n", start, end)
        return Span(self.table.source, line, shift + start - begin + 1, shift + max(start + 1, end if stop < 0 else stop) - begin + 1)


class Alike:
    """Lines that are alike: once enough came one after the other, they are read by one plan for the whole line.

    `plan`: what such a line looks like, what makes head and matches of its words; its chain, the rules of that, its target; where in the
    head -p is (None: no matter), and what it says.
    """

    def __init__(self, table: TableReader) -> None:
        self.table = table
        self.forget()

    def forget(self) -> bool:
        """Begin anew."""
        self.count = 0
        self.last: tuple[object, ...] = ()
        self.plan: tuple[Fits, Any, str, list[Rule], Any, int | None, Given | None] = (_nothing, None, "", [], None, None, None)
        return True

    def note(self, rule: Rule, row: str) -> bool:
        """A line that the current plan does not fit, and that nothing is wrong with; True if there is a new plan."""
        shape = (rule.chain, id(rule.target), len(rule.matches), row.count(" "))
        self.count = self.count + 1 if shape == self.last else 0
        self.last = shape
        plan = self.table.rule.line_plan(row) if self.count == _ALIKE else None
        if not plan or not plan.fits(row):
            return False
        given = rule.head.given if rule.head else ()
        at = next((n for n, one in enumerate(given) if one.option is Head.proto), None) if rule.matches else None
        self.plan = plan.fits, plan.build, rule.chain, self.table.drafts[rule.chain].rules, rule.target, at, None if at is None else given[at]
        return True


Fits = Callable[[str], "re.Match[str] | None"]


def _declared(block: Block) -> set[str]:
    """The chains that a table declares, wherever in it: they come before targets of the same name."""
    found: set[str] = set()
    for run in block.runs:
        if run.type == "CHAINS":
            found.update(_DECLARED.findall(run))
        elif run.type in ("RULES", "SHOWN") and ("-N" in run or "--new" in run):
            found.update(_NEW.findall(run))
    return found


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
