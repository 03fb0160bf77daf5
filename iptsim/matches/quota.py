"""quota: so many bytes and no more."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Pred, Unknown


def _quota(amount: int) -> Pred:
    """The longest packet fits into what a fresh rule has left, if that is as much."""
    fits = True if amount >= 65575 else None
    return Unknown("how much of the quota is left is not known", ("quota", str(amount)), dice=True, first=fits)


class Quota(Match, name="quota"):
    """Match until so many bytes have passed. xt_quota.c: the first packet that does not fit ends it for good."""

    quota = Option("--quota", values.number((1 << 64) - 1), _quota, "the quota of {} bytes is left", (), True)

    def problem(self) -> str | None:
        return None if self.given else "quota needs --quota"
