"""Lines: wrapped on a terminal, as they are in a pipe, colour as a thin layer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iptsim.show.lines import FIXED, Line, line, rendered


@pytest.mark.parametrize(
    ("shown", "width", "hang"),
    [
        ("  id  one two three four five six seven eight nine ten eleven twelve\n", None, 6),
        ("  id  one two three four five six seven\n      eight nine ten eleven twelve\n", 40, 6),
        ("  id  one two three four five six seven eight nine ten eleven twelve\n", 40, FIXED),
    ],
)
def test_a_line_is_wrapped_with_a_hanging_indent_and_only_on_a_terminal(shown: str, width: int | None, hang: int) -> None:
    assert rendered([line("  id  ", "one two three four five six seven eight nine ten eleven twelve", hang=hang)], width=width) == shown


def test_a_word_that_is_too_long_stays_whole() -> None:
    word = "x" * 90
    assert word in rendered([line("a ", word, " b", hang=2)], width=40)


@given(
    st.lists(st.sampled_from(["a", "bb", "-j", "ccccc ddd", "e" * 30, " ", "  "]), min_size=1, max_size=30), st.integers(40, 80), st.integers(0, 30)
)
def test_wrapping_loses_nothing_but_blanks(texts: list[str], width: int, hang: int) -> None:
    whole = Line(tuple((text, "") for text in texts), hang)
    shown = rendered([whole], width=width)
    assert shown.split() == str(whole).split()
    assert all(len(part) <= width or len(part.split()) == 1 for part in shown.splitlines())


@given(
    st.lists(st.tuples(st.text("abc ", min_size=1, max_size=9), st.sampled_from(["", "accept", "drop", "unknown", "dim"])), min_size=1, max_size=9)
)
def test_without_its_colour_a_line_is_the_same(pieces: list[tuple[str, str]]) -> None:
    whole = line(*pieces)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", rendered([whole], color=True))
    assert [text.rstrip() for text in plain.splitlines()] == rendered([whole]).splitlines()


def test_brackets_are_not_markup() -> None:
    assert "[red]x[/red] :smile:" in rendered([line("[red]x[/red] :smile:")], color=True)
