"""The mistakes that the fuzzer is tried on can still be made."""

from __future__ import annotations

import ast

import pytest

from tests.kernel.mutants import Mutant, mutants


def test_there_are_forty() -> None:
    assert len({mutant.name for mutant in mutants()}) >= 40


@pytest.mark.parametrize("mutant", mutants(), ids=[mutant.name for mutant in mutants()])
def test_the_mistake_can_be_made(mutant: Mutant) -> None:
    assert ast.dump(ast.parse(mutant.text())) != ast.dump(ast.parse(mutant.text().replace(mutant.new, mutant.old)))
