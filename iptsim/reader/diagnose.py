"""From what lark did not expect to what the user should know."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from lark.exceptions import UnexpectedInput, UnexpectedToken

from iptsim import matches, targets
from iptsim.extension import Extension
from iptsim.head import Head
from iptsim.reader.faults import Fault, did_you_mean
from iptsim.reader.language import by_flag
from iptsim.reader.words import Word

if TYPE_CHECKING:
    from iptsim.reader.language import Language

_WORDS = {"WORD": "a word", "NOT": "!", "MATCH": "-m", "JUMP": "-j", "GOTO": "-g", "APPEND": "-A", "$END": "end of rule"}


def explain(error: UnexpectedInput, words: list[Word], language: Language) -> Fault:
    """The fault behind lark's error, in the words of iptables."""
    at = error.token.start_pos if isinstance(error, UnexpectedToken) and error.token.type != "$END" else getattr(error, "pos_in_stream", None)
    here = next((n for n, word in enumerate(words) if word.start <= at < word.end), None) if at is not None else None
    if here is None:
        return _too_short(error, words, language)
    word = words[here]
    accepts = error.accepts if isinstance(error, UnexpectedToken) else set()
    expected = _expected(accepts or set(), language)
    if word.text == "!" and here + 1 == len(words):
        return Fault("an option must follow !", word.start, word.end)
    if word.text == "!":
        return _negated(words[here], words[here + 1], expected, language)
    if here and words[here - 1].text == "!" and word.text in language.vocabulary:
        return _negated(words[here - 1], word, expected, language)
    if not word.text.startswith("-"):
        return Fault(f"{word.text!r} does not belong here", word.start, word.end, expected=expected)
    return Fault(
        f"option {word.text} is not known here",
        word.start,
        word.end,
        expected=expected,
        hint=lambda: _hint(word.text, [*_implied(words, language), *_allowed(accepts, language)], language),
    )


def _too_short(error: UnexpectedInput, words: list[Word], language: Language) -> Fault:
    """The line ended where something had to follow."""
    if not words:
        return Fault("there is no rule here", 0, 1, expected="-A")
    accepts = error.accepts if isinstance(error, UnexpectedToken) and error.accepts else set()
    flag = next((word for word in reversed(words) if word.text.startswith("-")), words[-1])
    what = {"-A": "the chain", "-j": "the target", "-g": "the chain", "-m": "the match"}.get(flag.text, f"value of {flag.text}")
    if words[-1].text == "!":
        return Fault("an option must follow !", words[-1].start, words[-1].end)
    missing = f"missing {what.removeprefix('the ')}" if what.startswith("the ") else f"missing {what}"
    return Fault(missing, flag.start, flag.end, expected=_value_of(language, flag.text) or _expected(accepts, language))


def _negated(bang: Word, word: Word, expected: str, language: Language) -> Fault:
    if word.text in ("-m", "-j", "-g", "-A") or word.text in language.vocabulary:
        return Fault(f"{word.text} cannot be negated", bang.start, word.end)
    return Fault(f"! does not belong before {word.text}", bang.start, word.end, expected=expected)


def _expected(accepts: set[str], language: Language) -> str:
    """The terminals that would do, as a person writes them."""
    flags = sorted(word for name in accepts for word in language.terminals.get(name, ()) if word.startswith("-") and name not in _WORDS)
    shown = flags[:6] + (["..."] if len(flags) > 6 else [])
    return ", ".join(shown + [text for name, text in _WORDS.items() if name in accepts])


def _value_of(language: Language, flag: str) -> str:
    """What an option takes, in words."""
    kinds: list[type[Extension]] = [Head, *language.kinds.values()]
    for kind in kinds:
        option = by_flag(kind, language.family).get(flag)
        if option and option.value:
            return option.value.name
    return ""


def _allowed(accepts: set[str] | None, language: Language) -> list[str]:
    return [text for name in accepts or () for text in language.terminals.get(name, ())]


def _implied(words: list[Word], language: Language) -> list[str]:
    """The options that a protocol brings with it: -p tcp those of -m tcp."""
    protocols = [then.text for word, then in pairwise(words) if word.text in ("-p", "--protocol", "--proto")]
    kinds = [kind for name in protocols if (kind := matches.find(name))]
    return [flag for kind in kinds for flag in by_flag(kind, language.family)]


def _hint(flag: str, allowed: list[str], language: Language) -> str:
    """Whose option it is, or what it may be a slip for."""
    if flag in ("-t", "--table"):
        return "here a table is named by a line of its own: *nat"
    owners = owners_of(flag)
    if owners:
        known = {f"-m {name}" for name in language.matches} | {f"-j {name}" for name in language.targets}
        if all(owner in known for owner in owners):
            return f"{flag} belongs to {' or '.join(owners)}"
        return f"{flag} belongs to {' or '.join(owners[:4])}: load it first"
    return did_you_mean(flag, allowed) or did_you_mean(flag, language.vocabulary)


@lru_cache(1000)
def owners_of(flag: str) -> tuple[str, ...]:
    """The extensions that have this option: `-m conntrack`."""
    found = []
    for find, names, letter in ((matches.find, matches.names, "-m"), (targets.find, targets.names, "-j")):
        for name in names():
            kind = find(name)
            if kind and any(flag == option.flag or flag in option.aliases for option in kind.options):
                found.append(f"{letter} {name}")
    return tuple(found)
