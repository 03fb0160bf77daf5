"""TOS: set the TOS byte (IPv6: traffic class)."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Assign, Effect
from iptsim.extension import Option, Target
from iptsim.matches.tos import TOS
from iptsim.targets.mark import CHANGES
from iptsim.values import Value

FLAGS = ("--set-tos", "--and-tos", "--or-tos", "--xor-tos")


def _bits(word: str) -> Option:
    def read(text: str) -> tuple[int, int]:
        return CHANGES[f"--{word}-"](values.number(255).read(text), 0, 255)

    shape = Value("a number from 0 to 255", read, TOS.save, kind=("number", 0, 255))
    return Option(
        f"--{word}-tos", shape, says="the TOS byte becomes {}", excludes=tuple(flag for flag in FLAGS if flag != f"--{word}-tos"), saved="--set-tos"
    )


class Tos(Target, name="TOS"):
    """Change bits of the TOS byte; the next rule follows."""

    tables = ("mangle",)

    set = Option("--set-tos", TOS, says="the TOS byte becomes {}", excludes=FLAGS[1:])
    and_tos = _bits("and")
    or_tos = _bits("or")
    xor_tos = _bits("xor")

    def problem(self) -> str | None:
        return None if self.given else "TOS needs --set-tos, --and-tos, --or-tos or --xor-tos"

    @property
    def effect(self) -> Effect:
        return Assign("tos", *self.given[0].value)
