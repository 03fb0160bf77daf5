"""CLASSIFY: choose the traffic class for the queue."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


def _class(text: str) -> tuple[int, int]:
    major, colon, minor = text.partition(":")
    try:
        return int(major or "x", 16) & 0xFFFF, int(minor, 16) & 0xFFFF if colon else int("x")
    except ValueError:
        raise ValueError(f"{text!r} is not a class MAJOR:MINOR in hex") from None


CLASS = values.samples("a class MAJOR:MINOR in hex", _class, lambda v: f"{v[0]:04x}:{v[1]:04x}", "0001:ffff", "0010:0001")


class Classify(Target, name="CLASSIFY"):
    """Set the class by which the interface's queue treats the packet; the next rule follows."""

    hooks = ("OUTPUT", "FORWARD", "POSTROUTING")

    queue_class = Option("--set-class", CLASS, says="the traffic class becomes {}", required=True)

    @property
    def effect(self) -> Effect:
        return Continue("classified")
