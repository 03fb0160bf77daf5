"""Answers as JSON, by the schemas of show/schema.py: ASCII, in the order of the fields as they are documented."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from iptsim.questions.explanation import Explanation

if TYPE_CHECKING:
    from iptsim.ruleset import Ruleset
    from iptsim.show.extensions import Entry


def text(value: Any) -> str:
    """One object, as a file. Nothing but ASCII, so that no terminal obeys it."""
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


def explanation_json(explanation: Explanation) -> str:
    """Schema iptsim/explain/1."""
    return text(explanation.to_dict())
