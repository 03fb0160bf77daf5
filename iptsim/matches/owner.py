"""owner: the process that sent the packet."""

from __future__ import annotations

import re
from collections.abc import Callable

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Or, Pred, Test, Unknown, both, given, one, ranges

Owner = tuple[int, int] | str
SOCKET = Test("socket", one(1))


def _read(text: str) -> Owner:
    """Numbers N or N-M, or a name, which only the host that the dump is from could turn into a number."""
    lo, dash, hi = text.partition("-")
    if re.fullmatch(r"[0-9]+", lo) and re.fullmatch(r"[0-9]*", hi) and bool(dash) == bool(hi):
        pair = (int(lo), int(hi or lo))
        if pair[0] > pair[1] or pair[1] > 0xFFFFFFFF:
            raise ValueError(f"the range {text} is backwards or too large")
        return pair
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*\$?", text):
        raise ValueError(f"{text!r} is not a number, a range a-b, or a name")
    return (0, 0) if text == "root" else text


def _save(owner: Owner) -> str:
    if isinstance(owner, str):
        return owner
    return str(owner[0]) if owner[0] == owner[1] else f"{owner[0]}-{owner[1]}"


OWNER = values.samples("a number, a range a-b, or a name", _read, _save, "0", "1000-1999", "65534")


def _owner(field: str) -> Callable[[Owner], Pred]:
    def asks(owner: Owner) -> Pred:
        if isinstance(owner, str):
            return both(SOCKET, Unknown(f"the number of {owner} is not known", (field.replace("_", "-"), owner), (field,)))
        return both(SOCKET, Test(field, ranges([owner])))

    return asks


class OwnerMatch(Match, name="owner"):
    """Compare the user and group of the process that sends the packet.

    xt_owner.c: a packet without a socket here (forwarded, or the kernel's own) has no owner, so it matches just where every option is negated.
    """

    hooks = ("OUTPUT", "POSTROUTING")

    socket = Option("--socket-exists", None, lambda _: SOCKET, "the packet is of a socket of this host", (), True)
    uid = Option("--uid-owner", OWNER, _owner("uid_owner"), "the user of the sending process is {}", (), True)
    gid = Option("--gid-owner", OWNER, _owner("gid_owner"), "the group of the sending process is {}", (), True)
    groups = Option("--suppl-groups", None, says="its other groups count too", needs=("--gid-owner",))

    def problem(self) -> str | None:
        return None if self.given else "owner needs at least one option"

    def asks(self) -> Pred:
        """--suppl-groups widens --gid-owner; where there is no socket, it is one more option that is not negated."""
        if not self.has(OwnerMatch.groups):
            return super().asks()
        wanted = self.get(OwnerMatch.gid)
        others = Unknown("the other groups of the sending process are not known", ("suppl-groups", _save(wanted)), ("gid_owner", "uid_owner"))
        group = given(Or((_owner("gid_owner")(wanted), others)), self.negated(OwnerMatch.gid))
        rest = (row for row in self.given if row.option.asks and row.option is not OwnerMatch.gid)
        return both(SOCKET, group, *(given(row.option.asks(row.value), row.negated) for row in rest if row.option.asks))
