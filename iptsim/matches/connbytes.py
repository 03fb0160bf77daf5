"""connbytes: how much a connection has carried."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import TRACKED, Match, Option
from iptsim.predicate import Pred, Unknown, both, given
from iptsim.values import Value

TOP = (1 << 64) - 1
_RANGE = values.forwards(values.number_range(TOP))


def _save(pair: tuple[int, int]) -> str:
    """Without an upper end where there is none."""
    return str(pair[0]) if pair[1] == TOP else f"{pair[0]}:{pair[1]}"


def _read(text: str) -> tuple[int, int]:
    pair: tuple[int, int] = _RANGE.read(text)
    return pair if ":" in text else (pair[0], TOP)


AMOUNT = Value("an amount or a range a:b", _read, _save, kind=_RANGE.kind)


class Connbytes(Match, name="connbytes"):
    """Compare the packets or bytes that the connection has carried so far, this packet included, or their average size.

    A packet without a connection fails, `!` or not (xt_connbytes.c).
    """

    conntrack = True

    amount = Option("--connbytes", AMOUNT, says="the amount carried is {}", negatable=True, required=True)
    mode = Option("--connbytes-mode", values.word_of(("packets", "bytes", "avgpkt"), "packets, bytes or avgpkt"), says="the unit is {}",
                  required=True)  # fmt: skip
    dir = Option("--connbytes-dir", values.word_of(("original", "reply", "both"), "original, reply or both"), says="the direction is {}",
                 required=True)  # fmt: skip

    def asks(self) -> Pred:
        key = ("connbytes", self.get(Connbytes.mode), self.get(Connbytes.dir), _save(self.get(Connbytes.amount)))
        carried = Unknown("how much the connection has carried is not known", key, dice=True)
        return both(TRACKED, given(carried, self._negated))

    @property
    def _negated(self) -> bool:
        """The kernel is told of `!` by the ends changing places, which those of a single amount do not."""
        low, high = self.get(Connbytes.amount)
        return self.negated(Connbytes.amount) and low != high

    def words(self) -> str:
        return super().words() if self._negated else super().words().removeprefix("! ")
