"""recent: addresses seen lately."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Given, Match, Option
from iptsim.predicate import ALWAYS, Pred, Unknown, given

ACTIONS = ("--set", "--rcheck", "--update", "--remove")
# Those that ask nothing of the times: what would say which times is refused (recent_mt_check).
_SILENT = ("--set", "--remove")
FULL = {4: values.HOST.read("255.255.255.255"), 6: values.HOST.read("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}


def _action(flag: str, says: str) -> Option:
    return Option(flag, None, says=says, negatable=True, excludes=tuple(other for other in ACTIONS if other != flag))


class Recent(Match, name="recent"):
    """Keep a list of addresses with the times they were seen, and ask it.

    xt_recent.c: --set adds the address and always matches; --rcheck, --update and --remove match where it is on the list (--hitcount times within
    --seconds); --update adds another time, but only where it matched. What is on the list is not in the dump; at first it is empty.
    """

    set = _action("--set", "the address is put on the list")
    rcheck = _action("--rcheck", "the address is on the list")
    update = _action("--update", "the address is on the list")
    remove = _action("--remove", "the address is taken off the list")
    seconds = Option("--seconds", values.number(0xFFFFFFFF, 1), says="the time looked back is {} seconds", excludes=_SILENT)
    reap = Option("--reap", None, says="older times are forgotten", needs=("--seconds",), excludes=_SILENT)
    hitcount = Option("--hitcount", values.number(65535), says="the number of times is at least {}", default=0, excludes=_SILENT)
    rttl = Option("--rttl", None, says="the TTL is the same", excludes=_SILENT)
    list_name = Option("--name", values.bare("the name of a list", 199), says="the list is {}")
    mask = Option("--mask", values.HOST, says="the address is compared under {}")
    rsource = Option("--rsource", None, says="the address is the source", excludes=("--rdest",))
    rdest = Option("--rdest", None, says="the address is the destination", excludes=("--rsource",))

    def implied(self) -> tuple[Given, ...]:
        side = () if self.has(Recent.rdest) or self.has(Recent.rsource) else (Given(Recent.rsource, None),)
        rest = ((Recent.list_name, "DEFAULT"), (Recent.mask, FULL[self.family]))
        return (*(Given(row, value) for row, value in rest if not self.has(row)), *side)

    def problem(self) -> str | None:
        return None if self._action else "recent needs --set, --rcheck, --update or --remove"

    @property
    def _action(self) -> Option | None:
        return next((row.option for row in self.given if row.option.flag in ACTIONS), None)

    def asks(self) -> Pred:
        action = self._action
        if action is None or action is Recent.set:
            return given(ALWAYS, self.negated(Recent.set))
        name = self.get(Recent.list_name, "DEFAULT")
        side = "dst" if self.has(Recent.rdest) else "src"
        asked = [row.option.save(row.value, False) for row in self.given if row.option in (Recent.seconds, Recent.hitcount, Recent.rttl)]
        listed = Unknown(f"what is on the recent list {name} is not in the dump", ("recent", name, side, *asked), (side,), dice=True, first=False)
        return given(listed, self.negated(action))
