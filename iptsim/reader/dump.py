"""A file: which dumps it holds, and the Ruleset of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from lark import Token, Tree

from iptsim.errors import ReadError
from iptsim.reader.faults import Report, TooMany, did_you_mean
from iptsim.reader.header import Header, family_of_rules, header, note
from iptsim.reader.language import dump_parser
from iptsim.reader.rule import Memory
from iptsim.reader.slips import slips
from iptsim.reader.table import TableReader
from iptsim.ruleset import BUILT_IN, Ruleset, Table, Warning
from iptsim.source import Source, Span

# Names of extensions are looked for in the beginning of a dump; those that come later are found when they are met.
_SAMPLE = 1 << 18
_MATCH_NAME = re.compile(r"(?:-m|--match)[ \t=]+([A-Za-z0-9_]+)")
_TARGET_NAME = re.compile(r"(?:-j|--jump)[ \t=]+([A-Za-z0-9_]+)")

_LOOSE_RULE = re.compile(r"(?:\[[0-9]+:[0-9]+\] ?)?-[AI] [^ ]+ .*-[jg] ")


class Asked(NamedTuple):
    """How the caller wants it read."""

    family: int | None = None
    backend: str | None = None
    strict: bool = False
    host: Any = None
    remember: bool = True


class Block:
    """One table as it stands in the file: its name line and the runs of lines in it."""

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.runs: list[Token] = []
        self.committed = False


class Dump:
    """One dump: what its headers say, its tables, and what stands around them. `fresh`: a header was read since the last table."""

    def __init__(self, header: Header | None = None) -> None:
        self.header = header
        self.blocks: list[Block] = []
        self.notes: list[tuple[str, str, int]] = []
        self.fresh = False

    @property
    def family(self) -> int | None:
        return self.header.family if self.header else None

    def __str__(self) -> str:
        lines = ", ".join(f"*{block.name} in line {block.line}" for block in self.blocks)
        return f"{self.header or 'no header'} ({lines})"


def dumps(source: Source) -> list[Dump]:
    """The dumps of a file. A new one begins where a header differs from the one before, or brings back a table that was there."""
    found, loose = [Dump()], []
    for token in _tokens(dump_parser().parse(source.text)):
        line = token.line or 1
        if token.type == "COMMENTS":
            _comments(token, line, found)
        elif token.type == "TABLE":
            _table(token, line, found)
        elif token.type == "COMMIT" and found[-1].blocks:
            found[-1].blocks[-1].committed = True
        elif token.type in ("SHOWN", "LOOSE", "LINE") and (not found[-1].blocks or found[-1].blocks[-1].committed):
            loose.append(token)
        elif found[-1].blocks and not found[-1].blocks[-1].committed:
            found[-1].blocks[-1].runs.append(token)
    if not any(dump.blocks for dump in found):
        return [_without_tables(source, loose, found[0])]
    found = [dump for dump in found if dump.blocks]
    outside = next((token for token in loose if token.type == "SHOWN" and _LOOSE_RULE.match(token)), None)
    if outside:
        found[-1].notes.append(("outside", "rules outside of every table are left out", outside.line or 1))
    return found


def _tokens(tree: Tree[Token]) -> Iterator[Token]:
    for child in tree.children:
        if isinstance(child, Tree):
            yield from _tokens(child)
        else:
            yield child


def _comments(token: Token, line: int, found: list[Dump]) -> None:
    """Headers and notes among the comments; the rest says nothing."""
    for number, text in enumerate(token.split("\n"), line):
        if not text.startswith("#"):
            continue
        if told := note(text):
            found[-1].notes.append((*told, number))
        elif here := header(text, number):
            before = found[-1].header
            if found[-1].blocks and (before is None or not before.same(here)):
                found.append(Dump())
            found[-1].header = found[-1].header or here
            found[-1].fresh = True


def _table(token: Token, line: int, found: list[Dump]) -> None:
    name = token.strip()[1:].split()[0]
    last = found[-1]
    if last.fresh and any(block.name == name for block in last.blocks):
        found.append(Dump(last.header))
    found[-1].fresh = False
    found[-1].blocks.append(Block(name, line))


def _without_tables(source: Source, loose: list[Token], dump: Dump) -> Dump:
    """What a file without a table is: `iptables -S`, an empty dump, or no dump at all."""
    shown = [token for token in loose if token.type == "SHOWN"]
    if shown:
        block = Block("filter", shown[0].line or 1)
        block.runs, block.committed = shown, True
        dump.blocks.append(block)
        dump.notes.append(("no-table", "no table is named: read as the table filter, as iptables -S prints it", shown[0].line or 1))
        return dump
    from iptsim.reader.listing import not_a_dump

    if wrong := not_a_dump(source):
        raise wrong
    dump.notes.append(("empty", "there is no table in it: nothing filters, and every packet is accepted", 1))
    return dump


# ---------------------------------------------------------------- one dump
def ruleset(source: Source, dump: Dump, asked: Asked) -> Ruleset:
    """The Ruleset of one dump. Raises ReadError, or ReadErrors with all that is wrong."""
    report = Report(source, asked.strict)
    report.saved = dump.header is not None
    guessed = set()
    family = asked.family or dump.family or family_of_rules(source.text)
    if not family:
        family = 4
        guessed.add("family")
    backend = asked.backend or (dump.header.backend if dump.header else None)
    if not backend:
        backend = "nft"
        guessed.add("backend")
    report.warnings += [Warning(kind, text, Span(source, line)) for kind, text, line in dump.notes]
    tables: dict[str, Table] = {}
    with suppress(TooMany):  # what was found so far is told by finish()
        tables = _read(source, dump, report, family, asked.remember)
    report.warnings += slips(tables.values(), dump.header, source.text)
    return Ruleset(tables, family, backend, source, asked.host, report.finish(), frozenset(guessed))


def _read(source: Source, dump: Dump, report: Report, family: int, remember: bool) -> dict[str, Table]:
    sample = source.text[:_SAMPLE]
    names = frozenset(_MATCH_NAME.findall(sample)), frozenset(_TARGET_NAME.findall(sample))
    memory = Memory(family)
    memory.saved = report.saved and not report.strict
    tables: dict[str, Table] = {}
    for block in dump.blocks:
        here = Span(source, block.line)
        if block.name not in BUILT_IN:
            tools = "this is a table of ebtables" if block.name == "broute" else f"there is no table {block.name}"
            report.error(tools, here, expected=", ".join(BUILT_IN), hint=did_you_mean(block.name, BUILT_IN))
            continue
        if block.name in tables:
            report.warn("twice", f"the table {block.name} comes twice: iptables-restore empties it first, so only the later one counts", here)
        tables.pop(block.name, None)
        tables[block.name] = _read_table(block, TableReader(block, report, memory, names, remember))
        if not block.committed:
            _truncated(block, report)
    return tables


def _truncated(block: Block, report: Report) -> None:
    """A table without COMMIT: say where it ends, and that a mistake there may be the cut."""
    whole = not block.runs or block.runs[-1].endswith("\n")
    last = block.line + sum(run.count("\n") for run in block.runs) + (not whole)
    span = Span(report.source, last)
    report.warn("truncated", f"the table {block.name} has no COMMIT: it is cut off after this line{'' if whole else ', or within it'}", span)
    for error in report.errors:
        if error.span and error.span.line == last and not whole:
            error.hint = "the dump is cut off here"


def _read_table(block: Block, table: TableReader) -> Table:
    for run in block.runs:
        if run.type == "CHAINS":
            table.declare(run, run.line or 1)
    for run in block.runs:
        if run.type in ("RULES", "SHOWN"):
            table.rules(run, run.line or 1)
        elif run.type == "LINE":
            table.bad(run, run.line or 1)
    return table.finish()


def choose(found: list[Dump], asked: Asked, source: Source) -> Dump:
    """The one dump of a file that is meant. Raises ReadError where that is not settled."""
    fit = [dump for dump in found if asked.family in (None, dump.family)] if len(found) > 1 else found
    if len(fit) > 1 and asked.backend:
        told = [(dump, dump.header.backend if dump.header else None) for dump in fit]
        for wanted in (asked.backend, None):  # where none says so, one that does not say
            fit = [dump for dump, backend in told if backend == wanted] or fit
            if len(fit) < len(told):
                break
    if len(fit) == 1:
        return fit[0]
    which = "; ".join(f"{n}. {dump}" for n, dump in enumerate(found, 1))
    hint = "name the family or the backend, read them with load_all, or split the file"
    raise ReadError(f"there are {len(found)} dumps in this file: {which}", span=Span(source, found[1].blocks[0].line), hint=hint)
