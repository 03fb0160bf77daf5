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

# The terminal WORD of grammars/types.lark, possessive since nothing can follow but a blank.
WORD = r'([^ \t\n"]*+"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"|[^ \t\n"]++)'


# How many different words of one option are worth remembering: names and states are few, addresses are not.
_FEW = 4096


class Values(dict[str, Given]):
    """The words one option was given, read: each distinct word is read once. Raises ValueError as the value does."""

    def __init__(self, option: Option, negated: bool) -> None:
        super().__init__()
        self.option = option
        self.negated = negated
        self._read = option.value.read if option.value else None

    def __missing__(self, word: str) -> Given:
        found = Given(self.option, self._read(unquoted(word) if '"' in word else word) if self._read else None, self.negated)
        if len(self) < _FEW:
            self[word] = found
        return found

    def read(self, words: tuple[str, ...]) -> Given:
        """The option with these words, as written."""
        return Given(self.option, self._read(*map(unquoted, words)) if self._read else None, self.negated)


Fit = re.Match[str]


class Plan:
    """One shape of a segment: `fits` is a full match of the text, `make` turns it into the extension."""

    __slots__ = ("fits", "make")

    def __init__(self, pattern: str, make: Callable[[Fit], Extension]) -> None:
        self.fits = re.compile(pattern).fullmatch
        self.make = make


Slots = list[tuple[Values, int]]


def plan(kind: type[Extension], family: int, lead: list[str], tokens: list[Token], slots: Slots) -> Plan:
    """The plan for segments that lark parses as it parsed these tokens; `slots` says how many of the words each option took."""
    pattern = " ".join(re.escape(text) for text in lead)
    for token in tokens:
        pattern += " " * bool(pattern) + (WORD if token.type == "WORD" else re.escape(token))
    return Plan(pattern, _maker(kind, family, slots))


def _maker(kind: type[Extension], family: int, slots: Slots) -> Callable[[Fit], Extension]:
    """A builder of `kind` from the words, quickest for the commonest shapes."""
    checked: Callable[[tuple[Given, ...], int], Extension] = kind if kind.problem is Extension.problem else _with_check(kind)
    if [count for _, count in slots] == [1]:
        only = slots[0][0]
        option, negated, read = only.option, only.negated, only.option.value.read if only.option.value else str

        def make_one(fit: Fit) -> Extension:
            word = fit[1]
            if word in only or '"' in word:
                return checked((only[word],), family)
            return checked((Given(option, read(word), negated),), family)

        return make_one
    if [count for _, count in slots] == [1, 1]:
        first, second = slots[0][0], slots[1][0]
        return lambda fit: checked((first[fit[1]], second[fit[2]]), family)

    def make(fit: Fit) -> Extension:
        given, at, words = [], 0, fit.groups()
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

