"""Rules as people write them, put into the order and spelling of iptables-save.

getopt takes options in any order, abbreviated, glued to their value, with `=`; iptables loads `-m tcp` by itself after `-p tcp`; before 1.4.3
the `!` came after the flag. Here the words are only moved and respelled: what they mean is lark's to say, on the text that comes out, and
each piece of that text knows where it came from. A word that nothing knows stays where it was, for lark to refuse.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from iptsim.extension import Extension, Option
from iptsim.head import Head
from iptsim.names import PROTOCOLS
from iptsim.reader.faults import Fault
from iptsim.reader.language import by_flag
from iptsim.reader.rule import RuleReader
from iptsim.reader.words import Word, quoted

# What stands for itself in any rule, by every spelling: the canonical one, and how many words follow (2: also `a,b`).
COMMANDS = {
    "-A": "--append", "-I": "--insert", "-D": "--delete", "-R": "--replace", "-N": "--new-chain", "-P": "--policy", "-F": "--flush",
    "-X": "--delete-chain", "-Z": "--zero", "-E": "--rename-chain",
}  # fmt: skip
_COMMAND = {flag: short for short, long in COMMANDS.items() for flag in (short, long)} | {"--new": "-N"}
_LEAD = {"-m": "-m", "--match": "-m", "-j": "-j", "--jump": "-j", "-g": "-g", "--goto": "-g"}
# Flags that say nothing about the rule.
_IDLE = {"-v", "--verbose", "-n", "--numeric", "-x", "--exact", "-4", "--ipv4", "-6", "--ipv6"}
# The match that -p loads when an option asks for it, where it is not called as the protocol.
_IMPLICIT = {1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 50: "esp", 51: "ah", 58: "icmp6", 132: "sctp", 135: "mh", 136: "udplite"}


class Part:
    """A head, match or target while its words are collected."""

    __slots__ = ("kind", "lead", "words")

    def __init__(self, kind: type[Extension] | None, lead: list[Word]) -> None:
        self.kind = kind
        self.lead = lead
        self.words: list[Word] = []


class Command(NamedTuple):
    """One line: what to do (`-A`), to which chain, what else the command takes, and the rules it gives, in canonical order."""

    flag: str
    chain: str
    arguments: list[Word]
    texts: list[Text]
    counters: tuple[int, int] | None


class Text(NamedTuple):
    """A rule in canonical order that knows where its words came from."""

    text: str
    starts: list[int]
    words: list[Word]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the line as written of a place in this text."""
        first = self.words[max(0, bisect_right(self.starts, start) - 1)]
        last = self.words[max(0, bisect_right(self.starts, max(start, end - 1)) - 1)]
        return (first.start, last.end) if last.end > first.start else (first.start, first.end)


class Lenient:
    """Puts lines in order, with the extensions that the reader of the table knows."""

    def __init__(self, reader: RuleReader) -> None:
        self.reader = reader
        self.family = reader.memory.family

    def command(self, words: list[Word]) -> Command:
        """What a line asks for. Raises Fault."""
        line = _Line(self, words)
        line.run()
        return line.command()


class _Line:
    """One line on its way through getopt."""

    def __init__(self, lenient: Lenient, words: list[Word]) -> None:
        self.lenient = lenient
        self.family = lenient.family
        self.words = words
        self.at = 0
        self.head = Part(Head, [])
        self.parts: list[Part] = []
        self.target: Part | None = None
        self.last = self.head
        self.flag = ""
        self.chain: Word | None = None
        self.arguments: list[Word] = []
        self.counters: tuple[int, int] | None = None
        self.bang: Word | None = None
        self.protocol: int | None = None
        self.lists: list[tuple[int, list[Word]]] = []

    # ---------------------------------------------------------------- getopt
    def run(self) -> None:
        """Take every word."""
        while self.at < len(self.words):
            word = self.words[self.at]
            self.at += 1
            if word.text == "!" and self.bang is None:
                self.bang = word
            elif not self._option(word):
                self._stray(word)
        if self.bang:
            self._stray(None)

    def _option(self, word: Word) -> bool:
        """Take a flag with its words; False if it is none that is known here."""
        text = word.text
        if not text.startswith("-") or len(text) < 2:
            return False
        for name, glued in _spellings(word):
            if name.text in _LEAD:
                return self._lead(name, glued)
            if name.text in _COMMAND and not self.flag:
                return self._command(name, glued)
            if name.text in ("-c", "--set-counters"):
                return self._counters(name, glued)
            if name.text in _IDLE and not glued:
                return True
            if found := self._find(name.text):
                part, option = found
                if glued and option.value is None:
                    continue
                self._take(part, option, name, glued)
                return True
        return False

    def _next(self, flag: Word, glued: Word | None = None, expected: str = "") -> Word:
        if glued:
            return glued
        if self.at >= len(self.words):
            raise Fault(f"missing value of {flag.text}", flag.start, flag.end, expected=expected)
        self.at += 1
        return self.words[self.at - 1]

    def _command(self, flag: Word, glued: Word | None) -> bool:
        self.flag = _COMMAND[flag.text]
        optional = self.flag in ("-F", "-X", "-Z")
        if optional and not glued and self.at >= len(self.words):
            return True
        self.chain = self._next(flag, glued)
        more = {"-P": 1, "-E": 1, "-R": 1}.get(self.flag, 0)
        if self.flag in ("-I", "-D") and self.at < len(self.words) and re.fullmatch("[0-9]+", self.words[self.at].text):
            more = 1
        self.arguments = [self._next(flag) for _ in range(more)]
        return True

    def _counters(self, flag: Word, glued: Word | None) -> bool:
        first = self._next(flag, glued)
        packets, comma, octets = first.text.partition(",")
        octets = octets if comma else self._next(flag).text
        if not (re.fullmatch("[0-9]{1,20}", packets) and re.fullmatch("[0-9]{1,20}", octets)):
            raise Fault("counters are two numbers", first.start, self.words[self.at - 1].end, expected="-c PACKETS BYTES")
        self.counters = (int(packets), int(octets))
        return True

    def _lead(self, flag: Word, glued: Word | None) -> bool:
        """-m, -j or -g: a new part."""
        if self.bang:
            raise Fault(f"{flag.text} cannot be negated", self.bang.start, flag.end)
        name = self._next(flag, glued)
        letter = _LEAD[flag.text]
        self.lenient.reader.knows(*(frozenset([name.text]) if letter == kind else frozenset() for kind in ("-m", "-j")))
        known = self.lenient.reader.language.matches if letter == "-m" else self.lenient.reader.language.targets if letter == "-j" else {}
        part = Part(known.get(name.text), [Word(letter, letter, flag.start), name])
        if letter == "-m":
            self.parts.append(part)
        elif self.target:
            raise Fault("a rule has one target", flag.start, name.end)
        else:
            self.target = part
        self.last = part
        if part.kind is None and letter != "-g" and not (letter == "-j" and name.text in self.lenient.reader.chains):
            self._opaque(part)
        return True

    def _opaque(self, part: Part) -> None:
        """What belongs to an extension that is not known: everything up to the next part."""
        while self.at < len(self.words) and self.words[self.at].text not in _LEAD:
            part.words.append(self.words[self.at])
            self.at += 1

    # ---------------------------------------------------------------- options
    def _find(self, flag: str) -> tuple[Part, Option] | None:
        """Whose option that is: exactly, else as the one abbreviation; of the parts so far, the last first; else of the match that -p loads."""
        parts = [*([self.target] if self.target else []), *reversed(self.parts), self.head]
        for exact in (True, False):
            if not exact and not re.match("--[a-z]", flag):
                break
            for part in parts:
                if part.kind and (option := _option_of(part.kind, flag, self.family, exact)):
                    return part, option
            if implied := self._implied(flag, exact):
                return implied
        return None

    def _implied(self, flag: str, exact: bool) -> tuple[Part, Option] | None:
        name = _IMPLICIT.get(self.protocol or 0)
        if not name or any(part.lead[1].text == name for part in self.parts):
            return None
        self.lenient.reader.knows(frozenset([name]), frozenset())
        kind = self.lenient.reader.language.matches.get(name)
        option = _option_of(kind, flag, self.family, exact) if kind else None
        if not option:
            return None
        here = self.words[self.at - 1].start
        part = Part(kind, [Word("-m", "-m", here), Word(name, name, here)])
        self.parts.append(part)
        return part, option

    def _take(self, part: Part, option: Option, flag: Word, glued: Word | None) -> None:
        """Move a flag and its words to the part they belong to, `!` first."""
        count = option.value.words if option.value else 0
        if option.negatable and not self.bang and not glued and self.at < len(self.words) and self.words[self.at].text == "!" and count:
            self.bang = self._next(flag)  # as before 1.4.3
        expected = option.value.name if option.value else ""
        values = [self._next(flag, glued if n == 0 else None, expected) for n in range(count)]
        if self.bang:
            part.words.append(self.bang)
        if part is self.head and option in (Head.src, Head.dst) and values and "," in values[0].text:
            if self.bang:
                raise Fault("! with several addresses says nothing", self.bang.start, values[0].end, hint="write one rule for each")
            self.lists.append((len(part.words) + 1, _cut(values[0])))
        spelled = flag.text if flag.text in (option.flag, *option.aliases) else option.flag
        part.words += [Word(spelled, spelled, flag.start), *values]
        if part is self.head and option is Head.proto:
            self.protocol = None if self.bang else _protocol(values[0].text)
        self.bang = None

    def _stray(self, word: Word | None) -> None:
        """A word that nothing takes stays behind the part before it, for lark to refuse."""
        part = self.last if word and word.text.startswith("-") else (self.target or self.last)
        part.words += [found for found in (self.bang, word) if found]
        self.bang = None

    # ---------------------------------------------------------------- what comes out
    def command(self) -> Command:
        """The line in canonical order; with lists of addresses, each of the rules that iptables makes of it, the first list outermost."""
        chain = self.chain or Word("", "", 0)
        if self.flag not in ("-A", "-I", "-D", "-R") or (self.flag == "-D" and self.arguments):
            if not self.flag:
                raise Fault("there is no command", self.words[0].start, self.words[-1].end, expected="-A CHAIN")
            for word in (word for part in (self.head, *self.parts, self.target) if part for word in (*part.lead, *part.words)):
                raise Fault(f"{word.text!r} does not belong here", word.start, word.end, expected="end of line")
            return Command(self.flag, chain.text, self.arguments, [], self.counters)
        heads = [self.head.words]
        for at, found in sorted(self.lists, key=lambda row: self.head.words[row[0] - 1].text not in ("-s", "--source", "--src")):
            heads = [[*words[:at], one, *words[at + 1 :]] for words in heads for one in found]
        texts = [self._text(chain, words) for words in heads]
        return Command(self.flag, chain.text, self.arguments, texts, self.counters)

    def _text(self, chain: Word, head: list[Word]) -> Text:
        words = [Word("-A", "-A", chain.start), chain, *head]
        for part in (*self.parts, *([self.target] if self.target else [])):
            words += [*part.lead, *part.words]
        starts, at = [], 0
        for word in words:
            starts.append(at)
            at += len(word.raw) + 1
        return Text(" ".join(word.raw for word in words), starts, words)


def _spellings(word: Word) -> list[tuple[Word, Word | None]]:
    """The ways to read a flag: as it is, `--flag=value`, and `-fvalue`."""
    ways: list[tuple[Word, Word | None]] = [(word, None)]
    text = word.text
    if text.startswith("--") and "=" in text:
        flag, _, value = text.partition("=")
        ways.append((Word(flag, flag, word.start), _after(word, len(flag) + 1, value)))
    elif re.match("-[a-zA-Z].", text):
        ways.append((Word(text[:2], text[:2], word.start), _after(word, 2, text[2:])))
    return ways


def _after(word: Word, skip: int, value: str) -> Word:
    return Word(quoted(value), value, word.start + skip)


def _option_of(kind: type[Extension], flag: str, family: int, exact: bool) -> Option | None:
    """The option of that spelling; or, as getopt does, the only one that begins so."""
    flags = by_flag(kind, family)
    if exact:
        return flags.get(flag)
    near = {id(option): option for name, option in flags.items() if name.startswith(flag)}
    return next(iter(near.values())) if len(near) == 1 else None


def _cut(word: Word) -> list[Word]:
    """The addresses of a list with commas."""
    found, at = [], word.start
    for text in word.text.split(","):
        found.append(Word(quoted(text), text, at))
        at += len(text) + 1
    return found


def _protocol(text: str) -> int | None:
    name = text.lower()
    return PROTOCOLS.get(name, int(name) if re.fullmatch("[0-9]{1,3}", name) else None)
