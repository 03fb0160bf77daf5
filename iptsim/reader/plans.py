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
from iptsim.values import Net

# The terminal WORD of grammars/types.lark, possessive since nothing can follow but a blank; and those words of it that have no quotes.
WORD = r'([^ \t\n"]*+"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"|[^ \t\n"]++)'
BARE = r'([^ \t\n"]++)'
# An address without a colon is never one of IPv6, one with a colon always.
_NETS = {4: r'([^ \t\n":]++)', 6: r'([^ \t\n":]*+:[^ \t\n"]*+)'}


class Values(dict[str, Given]):
    """The words one option was given, read: each distinct word is read once. Raises ValueError as the value does."""

    def __init__(self, option: Option, negated: bool, family: int) -> None:
        super().__init__()
        self.option = option
        self.negated = negated
        self.family = family
        self.is_net = option.value is not None and option.value.kind == ("net",)
        self._read = option.value.read if option.value else None

    def __missing__(self, word: str) -> Given:
        read = None if self.is_net or '"' in word else self._read
        found = self[word] = Given(self.option, read(word), self.negated) if read else self.read((word,))
        return found

    def read(self, words: tuple[str, ...]) -> Given:
        """The option with these words, as written."""
        value = self._read(*map(unquoted, words)) if self._read else None
        if isinstance(value, Net) and value.family != self.family:
            raise ValueError(f"{words[0]} is an IPv{value.family} address, and these are rules for IPv{self.family}")
        return Given(self.option, value, self.negated)

    def taker(self, quoted: bool) -> Callable[[str], Given]:
        """What reads one word: by memory, except that addresses are too many to be worth it."""
        option, negated, read, new = self.option, self.negated, self._read, tuple.__new__
        if quoted or read is None or not self.is_net:
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
    values = [values for values, count in slots for _ in range(count)]
    at = 0
    for token in tokens:
        pattern += " " * bool(pattern)
        if token.type != "WORD":
            pattern += re.escape(token)
        else:
            pattern += WORD if quoted[at] else _NETS[family] if values[at].is_net else BARE
            at += 1
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
    return lambda words: checked(tuple([take(word) for take, word in zip(takers, words, strict=False)]), family)


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


class _Made(dict[Words | str, Extension]):
    """What a plan made of words (of the one word, if it has only one), each once."""

    def __init__(self, make: Callable[[Words], Extension]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, words: Words | str) -> Extension:
        found = self[words] = self.make((words,) if isinstance(words, str) else words)
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
        only, where = _Made(asked[0].make), count if asked[0].count == 1 else slice(count, None)
        return lambda words: (make(words), (only[words[where]],))
    made, at = [], count
    for known in asked:
        made.append((_Made(known.make), slice(at, at + known.count)))
        at += known.count
    return lambda words: (make(words), tuple([memory[words[where]] for memory, where in made]))
