"""What is remembered of lark's work: the text of a segment, and behind it the shape.

An LALR parse depends only on the sequence of terminals, so the parse of one segment is the parse of all that have the same flags in the
same places. A `Plan` is that: lark's own terminals in the order lark returned them, joined by single blanks, with a builder. A text that no
plan fits (an odd blank, another order, a flag that is really a value) is never judged here: it goes to lark, as the whole line.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lark import Token

from iptsim.extension import Extension, Given, Option
from iptsim.reader.words import unquoted

# The terminal WORD of grammars/types.lark, possessive since nothing can follow but a blank; and those words of it that have no quotes.
WORD = r'([^ \t\n"]*+"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"|[^ \t\n"]++)'
BARE = r'([^ \t\n"]++)'


class Values(dict[str, Given]):
    """The words one option was given, read: each distinct word is read once. Raises ValueError as the value does."""

    def __init__(self, option: Option, negated: bool) -> None:
        super().__init__()
        self.option = option
        self.negated = negated
        self._read = option.value.read if option.value else None

    def __missing__(self, word: str) -> Given:
        found = self[word] = self.read((word,)) if '"' in word else Given(self.option, self._read(word) if self._read else None, self.negated)
        return found

    def read(self, words: tuple[str, ...]) -> Given:
        """The option with these words, as written."""
        return Given(self.option, self._read(*map(unquoted, words)) if self._read else None, self.negated)

    def taker(self, quoted: bool) -> Callable[[str], Given]:
        """What reads one word: by memory, except that addresses are too many to be worth it."""
        option, negated, read, new = self.option, self.negated, self._read, tuple.__new__
        if quoted or read is None or option.value is None or option.value.kind != ("net",):
            return self.__getitem__
        return lambda word: new(Given, (option, read(word), negated))


Words = tuple[str, ...]


class Plan:
    """One shape of a segment: `fits` is a full match of the text, `make` turns its groups into the extension."""

    __slots__ = ("count", "fits", "make", "pattern")

    def __init__(self, pattern: str, make: Callable[[Words], Extension]) -> None:
        self.pattern = pattern
        compiled = re.compile(pattern)
        self.fits = compiled.fullmatch
        self.count = compiled.groups
        self.make = make


Slots = list[tuple[Values, int]]


def plan(kind: type[Extension], family: int, lead: list[str], tokens: list[Token], slots: Slots) -> Plan:
    """The plan for segments that lark parses as it parsed these tokens; `slots` says how many of the words each option took."""
    pattern = " ".join(re.escape(text) for text in lead)
    quoted = ['"' in token for token in tokens if token.type == "WORD"]
    for token in tokens:
        pattern += " " * bool(pattern) + (re.escape(token) if token.type != "WORD" else WORD if '"' in token else BARE)
    return Plan(pattern, _maker(kind, family, slots, quoted))


def _maker(kind: type[Extension], family: int, slots: Slots, quoted: list[bool]) -> Callable[[Words], Extension]:
    """A builder of `kind` from the words, quickest for the commonest shapes."""
    checked: Callable[[tuple[Given, ...], int], Extension] = kind if kind.problem is Extension.problem else _with_check(kind)
    if any(count != 1 for _, count in slots):
        return _general(checked, family, slots)
    takers = [values.taker(quotes) for (values, _), quotes in zip(slots, quoted, strict=True)]
    if len(takers) == 1:
        (only,) = takers
        return lambda words: checked((only(words[0]),), family)
    if len(takers) == 2:
        first, second = takers
        return lambda words: checked((first(words[0]), second(words[1])), family)
    return lambda words: checked(tuple([take(word) for take, word in zip(takers, words, strict=True)]), family)


def _general(checked: Callable[[tuple[Given, ...], int], Extension], family: int, slots: Slots) -> Callable[[Words], Extension]:
    """With options that take no word, or two."""

    def make(words: Words) -> Extension:
        given, at = [], 0
        for values, count in slots:
            given.append(values[words[at]] if count == 1 else values.read(words[at : at + count]))
            at += count
        return checked(tuple(given), family)

    return make


def _with_check(kind: type[Extension]) -> Callable[[tuple[Given, ...], int], Extension]:
    def make(given: tuple[Given, ...], family: int) -> Extension:
        made = kind(given, family)
        if problem := made.problem():
            raise ValueError(problem)
        return made

    return make


class _Made(dict[Words, Extension]):
    """What a plan made of words, each once."""

    def __init__(self, make: Callable[[Words], Extension]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, words: Words) -> Extension:
        found = self[words] = self.make(words)
        return found


class LinePlan:
    """Whole lines of one shape, for a file that has thousands of the kind: the plans of their segments, with the chain and the target as they are."""

    __slots__ = ("build", "fits")

    def __init__(self, chain: str, head: Plan | None, asked: list[Plan], target: str) -> None:
        heads = f" {head.pattern}" if head else ""
        self.fits = re.compile(f"-A {re.escape(chain)}{heads}{''.join(f' -m {plan.pattern}' for plan in asked)}{re.escape(target)}").fullmatch
        self.build = _builder(head, asked)


def _builder(head: Plan | None, asked: list[Plan]) -> Callable[[Words], tuple[Extension | None, tuple[Extension, ...]]]:
    """Head and matches from the groups of a line."""
    make, count = (head.make, head.count) if head else (lambda words: None, 0)
    if not asked:
        return lambda words: (make(words), ())
    if len(asked) == 1:
        only = _Made(asked[0].make)
        return lambda words: (make(words[:count]), (only[words[count:]],))
    made, at = [], count
    for plan_of in asked:
        made.append((_Made(plan_of.make), slice(at, at + plan_of.count)))
        at += plan_of.count
    return lambda words: (make(words[:count]), tuple([known[words[where]] for known, where in made]))
