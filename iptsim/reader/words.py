"""The words of a rule line, cut as iptables-restore cuts them (libxtables, add_param_to_argv)."""

from __future__ import annotations

import re
from typing import NamedTuple

# The terminal WORD of grammars/types.lark; an open quote at the end is a word of its own, so that it can be told.
_WORD = re.compile(r'[^ \t\n"]*+(?:"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+(?:"|\\?\Z))?+')
_ESCAPED = re.compile(r"\\([\s\S])")
_GAP = re.compile(r"[ \t\n]*+")


class Word(NamedTuple):
    """One word: as it is written, what it says, and where it begins in the line (from 0)."""

    raw: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.raw)


def split(line: str, start: int = 0) -> list[Word]:
    """The words of `line` from `start` on."""
    found, at = [], _GAP.match(line, start).end()  # type: ignore[union-attr]  # it matches nothing, too
    while at < len(line):
        raw = _WORD.match(line, at)[0]  # type: ignore[index]
        found.append(Word(raw, unquoted(raw), at))
        at = _GAP.match(line, at + len(raw)).end()  # type: ignore[union-attr]
    return found


def unquoted(raw: str) -> str:
    """What a written word says: a backslash escapes between quotes, and only there."""
    if '"' not in raw:
        return str(raw)
    before, _, quoted = raw.partition('"')
    return before + _ESCAPED.sub(r"\1", quoted.removesuffix('"'))


def is_open(raw: str) -> bool:
    """Does the quote in this word never close?"""
    at = raw.find('"')
    return at >= 0 and not re.fullmatch(r'"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"', raw[at:])


def quoted(text: str) -> str:
    """A word that says `text`."""
    return text if re.fullmatch(r'[^ \t\n"]+', text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
