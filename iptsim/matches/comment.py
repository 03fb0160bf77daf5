"""comment: a remark for people."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option


class Comment(Match, name="comment"):
    """Say something about the rule; it matches every packet."""

    comment = Option("--comment", values.text(255, "a comment"), says="the comment is {}", required=True)
