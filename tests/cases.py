"""Rows about one extension, as tests: what it reads and saves, when it holds or what it does, what it says. What is expected stands first."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

import pytest

import iptsim
from iptsim import matches, targets
from iptsim.effect import Effect
from iptsim.errors import ReadError
from iptsim.extension import Extension, Match, Target
from iptsim.packet import FIELDS, read_field
from iptsim.predicate import Truth, atom_name, atoms
from iptsim.predicate import holds as holds_for
from iptsim.ruleset import Rule
from iptsim.show.says import says as said

NO, UNKNOWN, YES = Truth.NO, Truth.UNKNOWN, Truth.YES
Test = Callable[..., None]


def rule(text: str, family: int = 4) -> Rule:
    """A rule with these words, in a chain that no hook reaches, in a table that allows its last part."""
    *_, (flag, name) = [("-m", ""), *re.findall(r"(?:^| )(-m|-j) ([^ ]+)", text)]
    kind = targets.find(name) if flag == "-j" else matches.find(name)
    table = kind.tables[0] if kind and kind.tables else "filter"
    return iptsim.parse(f"*{table}\n:X - [0:0]\n-A X {text}\nCOMMIT\n", family=family)[table]["X"][1]


def last(text: str, family: int = 4) -> Extension:
    """The last part of such a rule."""
    return rule(text, family).parts[-1]


def now(text: str) -> dict[str, object]:
    """`proto=tcp dport=80 set:blocklist:src=yes` as `holds` wants it."""
    known: dict[str, object] = {}
    for word in text.split():
        name, _, value = word.rpartition("=")
        if name not in FIELDS:
            known[name] = value == "yes"
        elif FIELDS[name].kind == "interface":
            known[name] = value
        elif FIELDS[name].kind == "address":
            known[name] = int(ipaddress.ip_address(value))
        else:
            known[name] = int(value) if name == "fragment" else int(read_field(name, value))
    return known


def reads(*rows: str | tuple[str, str], family: int = 4) -> Test:
    """(saved, text); the text alone where it is saved as it is; `error: …` where it is refused, with some of the message."""

    @pytest.mark.parametrize(("saved", "text"), [(row, row) if isinstance(row, str) else row for row in rows])
    def it_reads_and_saves(saved: str, text: str) -> None:
        if saved.startswith("error: "):
            with pytest.raises(ReadError, match=re.escape(saved.removeprefix("error: "))):
                rule(text, family)
        else:
            assert rule(text, family).canonical == f"-A X {saved}"
            assert rule(saved, family).canonical == f"-A X {saved}"

    return it_reads_and_saves


def stands(*rows: tuple[str, str], family: int = 4) -> Test:
    """(some of the message, `TABLE:CHAIN words`): what is refused because of where it stands; an empty message where it is not."""

    @pytest.mark.parametrize(("message", "text"), rows)
    def it_stands_only_where_it_may(message: str, text: str) -> None:
        place, _, words = text.partition(" ")
        table, _, chain = place.partition(":")
        dump = f"*{table}\n-A {chain} {words}\nCOMMIT\n"
        if message:
            with pytest.raises(ReadError, match=re.escape(message)):
                iptsim.parse(dump, family=family)
        else:
            assert iptsim.parse(dump, family=family)[table][chain][1].canonical == f"-A {chain} {words}"

    return it_stands_only_where_it_may


def holds(*rows: tuple[Truth, str, str], family: int = 4) -> Test:
    """(truth, text, packet): does the last match hold for a packet of which this is known?"""

    @pytest.mark.parametrize(("truth", "text", "packet"), rows)
    def it_holds(truth: Truth, text: str, packet: str) -> None:
        match = last(text, family)
        assert isinstance(match, Match)
        assert holds_for(match.predicate, now(packet)) is truth

    return it_holds


def unknown(*rows: tuple[str, bool | None, str], family: int = 4) -> Test:
    """(name, first, text): how the question is called that the packet does not answer, and what a fresh kernel answers first."""

    @pytest.mark.parametrize(("name", "first", "text"), rows)
    def it_asks_for_what_is_not_known(name: str, first: bool | None, text: str) -> None:
        match = last(text, family)
        assert isinstance(match, Match)
        assert (name, first) in [(atom_name(atom.key), atom.first) for atom in atoms(match.predicate)]

    return it_asks_for_what_is_not_known


def does(*rows: tuple[Effect, str], family: int = 4) -> Test:
    """(effect, text): what the target does."""

    @pytest.mark.parametrize(("effect", "text"), rows)
    def it_does(effect: Effect, text: str) -> None:
        target = last(text, family)
        assert isinstance(target, Target)
        assert target.effect == effect

    return it_does


def says(*rows: tuple[str, str], family: int = 4) -> Test:
    """(sentence, text): what the last part says, in words."""

    @pytest.mark.parametrize(("sentence", "text"), rows)
    def it_says(sentence: str, text: str) -> None:
        assert said(last(text, family)) == sentence

    return it_says
