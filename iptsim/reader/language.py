"""The grammars: found, put together from the option tables of what a dump names, and given to lark."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from lark import Lark, Token, Tree
from lark.lexer import Lexer, LexerState

from iptsim import matches, targets
from iptsim.extension import Extension, Option
from iptsim.head import Head
from iptsim.reader.words import Word


@cache
def grammar_text(name: str) -> str:
    """The text of grammars/NAME: inside the package in a wheel, beside it in a checkout."""
    try:
        return (pkgutil.get_data("iptsim", f"grammars/{name}") or b"").decode()
    except OSError:
        return (Path(__file__).parents[2] / "grammars" / name).read_text()


@cache
def dump_parser() -> Lark:
    """The parser of whole files, made once."""
    return Lark(grammar_text("dump.lark"), parser="lalr", lexer="contextual")


class WordLexer(Lexer):
    """Classes the words of a rule by what the parser can take next: a keyword where it can take one, else WORD."""

    __future_interface__ = 2  # of lark: it passes what it was given, here a list of words, and the state of the parser
    vocabulary: ClassVar[dict[str, list[str]]] = {}

    def __init__(self, conf: Any) -> None:
        """Nothing of lark's own terminals is needed: the vocabulary has them."""

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        states = parser_state.parse_conf.states
        words: Iterable[Word] = lexer_state.text  # type: ignore[assignment]
        for word in words:
            accepts = states[parser_state.position]
            kinds = self.vocabulary.get(word.text, ())
            kind = next((kind for kind in kinds if kind in accepts), "WORD")
            yield Token(kind, word.raw, word.start, end_pos=word.end)


class Segment(NamedTuple):
    """A head, match or target as lark parsed it: its class (None: not known, a chain), the tokens that choose it, and those of its options."""

    kind: type[Extension] | None
    lead: list[Token]
    tokens: list[Token]

    @property
    def end(self) -> int:
        """Where it ends in the line."""
        return (self.tokens or self.lead)[-1].end_pos or 0


class Parsed(NamedTuple):
    """A rule as lark parsed it."""

    chain: Token
    head: Segment | None
    matches: list[Segment]
    target: Segment | None


class Language:
    """Rule lines, of one family, in which these extensions occur."""

    def __init__(self, family: int, match_names: Iterable[str], target_names: Iterable[str]) -> None:
        self.family = family
        self.matches = {name: kind for name in sorted(match_names) if (kind := matches.find(name))}
        self.targets = {name: aim for name in sorted(target_names) if (aim := targets.find(name))}
        self.kinds: dict[str, type[Extension]] = {f"m{n}": kind for n, kind in enumerate(self.matches.values())}
        self.kinds |= {f"t{n}": kind for n, kind in enumerate(self.targets.values())}
        self.terminals: dict[str, list[str]] = {  # what the terminals stand for
            "NOT": ["!"], "APPEND": ["-A", "--append"], "MATCH": ["-m", "--match"], "JUMP": ["-j", "--jump"], "GOTO": ["-g", "--goto"],
        }  # fmt: skip
        grammar = self.grammar()
        self.vocabulary: dict[str, list[str]] = {}
        for terminal, words in self.terminals.items():
            for word in words:
                self.vocabulary.setdefault(word, []).append(terminal)
        lexer = type("RuleLexer", (WordLexer,), {"vocabulary": self.vocabulary})
        self.lark = Lark(grammar, parser="lalr", lexer=lexer)

    def grammar(self) -> str:
        """The frame of grammars/rule.lark with the productions of the option tables."""
        lines = [grammar_text("rule.lark"), grammar_text("types.lark"), f"_head: {self._options('HEAD', Head)}"]
        for letter, name in (("m", "known_match"), ("t", "known_target")):
            known = [rule for rule in self.kinds if rule[0] == letter]
            lines.append(f"{name}: {' | '.join(known) or 'NEVER'}")
        for rule, kind in self.kinds.items():
            self.terminals[rule.upper()] = [kind.name]
            options = self._options(rule.upper(), kind)
            lines.append(f"{rule}: {rule.upper()} _{rule}*\n_{rule}: {options}" if options else f"{rule}: {rule.upper()}")
        declared = [terminal for terminal in self.terminals if terminal[:2] not in ("NO", "AP", "MA", "JU", "GO")]
        return "\n".join([*lines, f"%declare NEVER {' '.join(declared)}"]) + "\n"

    def _options(self, prefix: str, kind: type[Extension]) -> str:
        """The alternatives for one option: those that take `!` and as many words alike share a terminal."""
        found: dict[str, str] = {}
        for option in unique(kind, self.family):
            count = option.value.words if option.value else 0
            terminal = f"{prefix}_{'N' if option.negatable else ''}{count}"
            self.terminals.setdefault(terminal, []).extend((option.flag, *option.aliases))
            found[terminal] = f"{'NOT? ' if option.negatable else ''}{terminal}" + " WORD" * count
        return " | ".join(found.values())

    def parse(self, words: list[Word]) -> Parsed:
        """One rule line, without counters. Raises lark's UnexpectedInput."""
        tree: Any = self.lark.parse(words)  # the lexer is ours, and takes words
        chain, head, asked, target = tree.children[1], None, [], None
        for part in tree.children[2:]:
            if part.data == "head":
                head = Segment(Head, [], tokens(part))
            elif part.data == "match":
                asked.append(self._segment(part))
            else:
                target = self._segment(part)
        return Parsed(chain, head, asked, target)

    def _segment(self, tree: Tree[Token]) -> Segment:
        keyword, name, *rest = tokens(tree)
        kind = None if name.type == "WORD" else self.kinds[name.type.lower()]
        return Segment(kind, [keyword, name], rest)


def unique(kind: type[Extension], family: int) -> list[Option]:
    """The options of that family, each flag once."""
    found: dict[str, Option] = {}
    for option in kind.options:
        if family in option.only:
            found.setdefault(option.flag, option)
    return list(found.values())


def by_flag(kind: type[Extension], family: int) -> dict[str, Option]:
    """The options of an extension by each of their spellings."""
    return _by_flag(kind, family)  # type: ignore[arg-type]  # mypy takes the class's own __hash__ for that of its instances


@lru_cache(maxsize=512)
def _by_flag(kind: type[Extension], family: int) -> dict[str, Option]:
    return {flag: option for option in unique(kind, family) for flag in (option.flag, *option.aliases)}


def tokens(tree: Tree[Token]) -> list[Token]:
    """All tokens of a tree, from left to right."""
    return [child for part in tree.children for child in (tokens(part) if isinstance(part, Tree) else [part])]


@lru_cache(maxsize=16)
def language(family: int, match_names: frozenset[str], target_names: frozenset[str]) -> Language:
    """The language of a table that names these."""
    return Language(family, match_names, target_names)
