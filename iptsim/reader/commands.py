"""The commands of a restore file and of `iptables -S`: what -A -I -D -R -N -P -F -X -E -Z do to the chains of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iptsim.extension import Jump
from iptsim.reader.faults import Fault, did_you_mean
from iptsim.reader.lenient import Command, Lenient, Text
from iptsim.reader.words import split
from iptsim.ruleset import BUILT_IN, Counters, Rule

if TYPE_CHECKING:
    from iptsim.reader.rule import Parts
    from iptsim.reader.table import Draft, Place, TableReader

# A line that begins so is for the other family only, and iptables-restore passes over it.
_OTHER_FAMILY = {4: ("-6", "--ipv6"), 6: ("-4", "--ipv4")}


class Commands:
    """Carries out lines that are more than `-A` in canonical order."""

    def __init__(self, table: TableReader) -> None:
        self.table = table
        self.drafts = table.drafts
        self.lenient = Lenient(table.rule)
        self._do = {
            "-A": self._append, "-I": self._insert, "-D": self._delete, "-R": self._replace, "-N": self._new, "-P": self._policy,
            "-F": self._flush, "-X": self._remove, "-E": self._rename, "-Z": self._zero,
        }  # fmt: skip

    def obey(self, row: str, place: Place, counters: Counters | None) -> None:
        """Do what the row says. Raises Fault."""
        words = split(row)
        if not words or words[0].text in _OTHER_FAMILY[self.lenient.family]:
            return
        command = self.lenient.command(words)
        self._do[command.flag](command, place, Counters(*command.counters) if command.counters else counters)

    def parts(self, text: Text) -> Parts:
        """What a rule in canonical order says, by memory or by lark. Raises Fault, placed in the line as written."""
        rule = self.table.rule
        found = rule.quick(text.text) if rule.remember else None
        if found:
            return found
        try:
            return rule.slow(text.text)
        except Fault as fault:
            fault.start, fault.end = text.place(fault.start, fault.end)
            raise

    def _append(self, command: Command, place: Place, counters: Counters | None) -> None:
        for text in command.texts:
            self.table.add(self.parts(text), None, place, counters)

    def _insert(self, command: Command, place: Place, counters: Counters | None) -> None:
        """-I [n]: iptables inserts the rules of an address list one after the other at the same place, so the last comes first."""
        for text in command.texts:
            self.table.add(self.parts(text), self._number(command, 1), place, counters)

    def _replace(self, command: Command, place: Place, counters: Counters | None) -> None:
        number = self._number(command, 0)
        draft = self._numbered(command, number)
        for text in command.texts[:1]:
            self.table.add(self.parts(text), number, place, counters)
            del draft.rules[number]

    def _delete(self, command: Command, place: Place, counters: Counters | None) -> None:
        if command.arguments:
            number = self._number(command, 0)
            draft = self._numbered(command, number)
            del draft.rules[number - 1]
            draft.moved = True
            return
        draft = self._draft(command)
        for text in command.texts:
            self._delete_one(draft, text, place)

    def _delete_one(self, draft: Draft, text: Text, place: Place) -> None:
        _, head, asked, target = self.parts(text)
        for at, rule in enumerate(draft.rules):
            if (rule.head, rule.matches, rule.target) == (head, asked, target):
                del draft.rules[at]
                draft.moved = True
                return
        raise Fault("there is no such rule", 0, len(place.row))

    def _new(self, command: Command, place: Place, counters: Counters | None) -> None:
        if command.chain in self.drafts or command.chain in BUILT_IN[self.table.name]:
            raise Fault(f"the chain {command.chain} is there already", 0, len(place.row))
        self.table.chain(command.chain, "-", None, place.span(0, len(place.row)))

    def _policy(self, command: Command, place: Place, counters: Counters | None) -> None:
        self.table.chain(command.chain, command.arguments[0].text, counters, place.span(0, len(place.row)))

    def _flush(self, command: Command, place: Place, counters: Counters | None) -> None:
        for draft in [self._draft(command)] if command.chain else self.drafts.values():
            draft.rules.clear()

    def _remove(self, command: Command, place: Place, counters: Counters | None) -> None:
        if command.chain:
            self._draft(command)
            names = [command.chain]
        else:
            names = [name for name, draft in self.drafts.items() if draft.policy is None and not draft.rules]
        for name in names:
            if name in BUILT_IN[self.table.name] or self.drafts[name].rules:
                raise Fault(f"only an empty chain that is not built in can be deleted: {name}", 0, len(place.row))
            del self.drafts[name]

    def _rename(self, command: Command, place: Place, counters: Counters | None) -> None:
        old, word = self._draft(command), command.arguments[0]
        new = word.text
        if command.chain in BUILT_IN[self.table.name]:
            raise Fault(f"{command.chain} is built in to {self.table.name}: only user chains can be renamed", 0, len(place.row))
        if new in self.drafts or new in BUILT_IN[self.table.name]:
            raise Fault(f"the chain {new} is there already", word.start, word.end)
        names = list(self.drafts)
        self.table.chain(new, "-", old.counters, place.span(word.start, word.end))
        renamed = {new if name == command.chain else name: self.drafts[name] for name in names}
        self.drafts.clear()
        self.drafts.update(renamed)
        for name, draft in self.drafts.items():
            draft.rules[:] = [self._pointed(rule._replace(chain=name), command.chain, new) for rule in draft.rules]
        self.table.rule.renamed(command.chain, new)

    @staticmethod
    def _pointed(rule: Rule, old: str, new: str) -> Rule:
        """The rule, with its jump to where the chain is now."""
        target = rule.target
        return rule._replace(target=type(target)(new)) if isinstance(target, Jump) and target.chain == old else rule

    def _zero(self, command: Command, place: Place, counters: Counters | None) -> None:
        """Counters decide nothing."""

    # ---------------------------------------------------------------- what is named
    def _draft(self, command: Command) -> Draft:
        draft = self.drafts.get(command.chain)
        if draft is None and command.chain in BUILT_IN[self.table.name]:
            self.table.chain(command.chain, "-", None, self.table.nowhere)
            draft = self.drafts[command.chain]
        if draft is None:
            raise Fault(f"the chain {command.chain} is not there", 0, 1, hint=did_you_mean(command.chain, self.drafts))
        return draft

    def _number(self, command: Command, default: int) -> int:
        if not command.arguments:
            return default
        word = command.arguments[0]
        if not re.fullmatch("[0-9]{1,9}", word.text) or word.text.strip("0") == "":
            raise Fault(f"{word.text!r} is not the number of a rule", word.start, word.end)
        return int(word.text)

    def _numbered(self, command: Command, number: int) -> Draft:
        draft = self._draft(command)
        if not 1 <= number <= len(draft.rules):
            word = command.arguments[0]
            raise Fault(f"{command.chain} has only {len(draft.rules)} rules", word.start, word.end)
        return draft
