"""mh: the type of a Mobile IPv6 message."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, carries, fact

TYPES = (
    "binding-refresh-request", "home-test-init", "careof-test-init", "home-test", "careof-test", "binding-update",
    "binding-acknowledgement", "binding-error",
)  # fmt: skip
_RANGE = values.forwards(values.number_range(255))


def _type(text: str) -> tuple[int, int]:
    pair: tuple[int, int] = (TYPES.index(text),) * 2 if text in TYPES else _RANGE.read(text)
    return pair


TYPE = values.samples("a type, a range a:b, or a name", _type, _RANGE.save, "0", "1:3", "5")


class Mh(Match, name="mh"):
    """Compare the type of a Mobile IPv6 message, which no flow says: it stays open."""

    families = (6,)
    protocols = (135,)
    requires = carries(135)

    type = fact("--mh-type", TYPE, "the Mobile IPv6 type is {}", "mh-type", negatable=True)
