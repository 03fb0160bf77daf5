"""iptsim extensions: derived from the classes, so it is never out of date."""

from __future__ import annotations

import pytest

from iptsim import matches, targets
from iptsim.errors import IptsimError
from iptsim.show.extensions import DICE, EXACT, HOST, MEANING, OPEN, USER, known, named, synopsis, table


def test_every_file_of_both_folders_is_listed() -> None:
    listed = {(entry.kind, entry.name) for entry in known()}
    assert listed == {("match", name) for name in matches.names()} | {("target", name) for name in targets.names()}


@pytest.mark.parametrize(
    ("exact", "name"),
    [
        (EXACT, "tcp"), (EXACT, "conntrack"), (EXACT, "multiport"), (DICE, "limit"), (DICE, "statistic"), (DICE, "hashlimit"), (HOST, "set"),
        (OPEN, "string"), (OPEN, "time"), (OPEN, "rpfilter"), (EXACT, "DNAT"), (EXACT, "REJECT"), (HOST, "MASQUERADE"), (USER, "NFQUEUE"),
        (OPEN, "SYNPROXY"),
    ],
)  # fmt: skip
def test_it_says_how_exactly(exact: str, name: str) -> None:
    assert named(name)[0].exact == exact


def test_an_option_may_be_less_exact_than_its_extension() -> None:
    assert named("tcp")[0].how == "exact but --tcp-option (open)"
    assert "--tcp-option <a number from 1 to 255>" in synopsis(named("tcp"))


@pytest.mark.parametrize("entry", known(), ids=lambda entry: entry.name)
def test_each_has_a_line_and_a_synopsis(entry: object) -> None:
    assert entry in known()
    text = synopsis([entry])  # type: ignore[list-item]  # an Entry
    assert "{}" not in text
    assert text.endswith("\n")


def test_the_table_explains_its_words() -> None:
    text = table(known())
    assert all(f"\n{word}: " in text for word in MEANING)


@pytest.mark.parametrize(("said", "name"), [("did you mean tcp?", "TCP"), ("did you mean conntrack", "contrack"), ("lists all", "xyzzy")])
def test_a_name_that_is_not_there_is_told(said: str, name: str) -> None:
    with pytest.raises(IptsimError) as told:
        named(name)
    assert said in str(told.value)
