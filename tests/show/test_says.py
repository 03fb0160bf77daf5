"""says: a head, match or target in words."""

from __future__ import annotations

import pytest

from iptsim import matches, targets
from iptsim.extension import Goto, Jump, OpaqueMatch, OpaqueTarget
from iptsim.head import Head
from iptsim.show.says import listed, negation, says, summary
from tests.cases import rule

HEADS = (
    ("the source is 10.0.0.0/8, it came in by eth0, the protocol is tcp", "-s 10.0.0.0/8 -i eth0 -p tcp"),
    ("the destination is not 10.0.0.1/32, it leaves by one that begins with veth", "! -d 10.0.0.1 -o veth+"),
)


@pytest.mark.parametrize(("sentence", "text"), HEADS)
def test_a_head_says_its_options(sentence: str, text: str) -> None:
    head = rule(text).head
    assert isinstance(head, Head)
    assert says(head) == sentence


@pytest.mark.parametrize(
    ("denied", "text"),
    [
        ("the port is not 1", "the port is 1"),
        ("the flags set are not NONE", "the flags set are NONE"),
        ("this is not what it is", "this is what it is"),
        ("it is not so that all goes well", "all goes well"),
    ],
)
def test_a_clause_is_denied_at_its_first_verb(denied: str, text: str) -> None:
    assert negation(text) == denied


def test_what_has_no_options_of_its_own() -> None:
    assert says(Jump("DOCKER")) == "go on in chain DOCKER"
    assert says(Goto("DOCKER")) == "go on in chain DOCKER, and from there to the caller of this one"
    assert says(OpaqueMatch("geoip", "--source-country DE")) == "geoip, which iptsim does not know: --source-country DE"
    assert says(OpaqueTarget("TARPIT", "")) == "TARPIT, which iptsim does not know"


def test_lists_end_in_or() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


@pytest.mark.parametrize("kind", [found for name in matches.names() if (found := matches.find(name))])
def test_every_option_of_a_match_is_said_so_that_it_can_be_denied(kind: type[matches.Match]) -> None:
    for option in kind.options:
        assert option.says, option.flag
        assert ("{}" in option.says) == (option.value is not None), option.flag
        assert not option.negatable or not negation(option.says).startswith("it is not so"), option.flag


@pytest.mark.parametrize("kind", [found for name in targets.names() if (found := targets.find(name))])
def test_every_option_of_a_target_is_said(kind: type[targets.Target]) -> None:
    for option in kind.options:
        assert option.says, option.flag
        assert ("{}" in option.says) == (option.value is not None), option.flag


def test_the_summary_is_the_first_sentence() -> None:
    assert summary(Head) == "addresses, interfaces, protocol and fragment of a rule"
