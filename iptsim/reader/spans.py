"""Where in its line a part of a rule stands. Rules keep only their line; columns are found when someone asks."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from iptsim.extension import Extension, Jump, Match, Option
from iptsim.head import Head
from iptsim.reader.words import Word, split
from iptsim.ruleset import Rule
from iptsim.source import Span


def part_span(rule: Rule, flag: str) -> Span | None:
    """The place of an option (`--dport`, `-s`, also `-m` or `-j` for the first of the kind): from a `!` before it to the end of its value.

    None if it is not written in that rule.
    """
    words = _words(rule)
    spellings, count = _spelled(rule, flag)
    skip = -1
    for at, word in enumerate(words):
        if at <= skip:
            continue
        if word.text in spellings:
            return _span(rule, words, at, at + count)
        glued = next((text for text in spellings if _is_glued(word.text, text)), None)
        if glued:
            own = "=" in word.text or not word.text.startswith("--")  # the value is in the same word
            return _span(rule, words, at, at + count - (own and count > 0))
        skip = at + _value_words(rule, word.text)
    return None


def extension_span(rule: Rule, part: Extension) -> Span:
    """The place of `-m NAME` or `-j NAME`; the whole rule for what stands nowhere."""
    name = part.chain if isinstance(part, Jump) else part.name
    flags = ("-m", "--match") if isinstance(part, Match) else ("-j", "--jump", "-g", "--goto")
    words = _words(rule)
    for at, (flag, word) in enumerate(pairwise(words)):
        if word.text == name and flag.text in flags:
            return _span(rule, words, at, at + 1)
    return rule.span


@lru_cache(16)
def _words(rule: Rule) -> list[Word]:
    return split(rule.span.text)


def _options(rule: Rule) -> list[Option]:
    return [option for part in (*rule.parts, Head()) for option in part.options]


def _spelled(rule: Rule, flag: str) -> tuple[set[str], int]:
    """All spellings of an option, and how many words follow it."""
    for option in _options(rule):
        if flag == option.flag or flag in option.aliases:
            return {flag, option.flag, *option.aliases}, option.value.words if option.value else 0
    return {flag}, 1


def _value_words(rule: Rule, text: str) -> int:
    """How many words after this one are its value, and so no flags."""
    if not text.startswith("-"):
        return 0
    if text in ("-A", "-m", "-j", "-g", "-I"):
        return 1
    return next((option.value.words for option in _options(rule) if option.value and text in (option.flag, *option.aliases)), 0)


def _is_glued(text: str, flag: str) -> bool:
    """`--dport=22`, `-s1.2.3.4`, or `--dpo` short for --dport."""
    if flag.startswith("--"):
        return text.startswith(flag + "=") or (len(text) > 3 and text.startswith("--") and flag.startswith(text.partition("=")[0]))
    return text.startswith(flag) and not text.startswith("--")


def _span(rule: Rule, words: list[Word], first: int, last: int) -> Span:
    if first and words[first - 1].text == "!":
        first -= 1
    last = min(last, len(words) - 1)
    if words[last].text == "!" and last + 1 < len(words):  # the old place of it, after the flag
        last += 1
    shift = (rule.columns or (1, 0))[0]
    return Span(rule.source, rule.line, words[first].start + shift, words[last].end + shift)
