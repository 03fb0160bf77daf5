"""connlimit: how many connections an address has."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Given, Match, Option
from iptsim.predicate import Pred, Unknown

BITS = {4: 32, 6: 128}


class Connlimit(Match, name="connlimit"):
    """Compare how many connections the packet's address (or its network, by --connlimit-mask) has open, this one included."""

    conntrack = True

    upto = Option("--connlimit-upto", values.NUMBER, says="the number of connections is at most {}", negatable=True, excludes=("--connlimit-above",))
    above = Option("--connlimit-above", values.NUMBER, says="the number of connections is above {}", negatable=True, excludes=("--connlimit-upto",))
    mask = Option("--connlimit-mask", values.number(128), says="addresses are grouped by /{}")
    saddr = Option("--connlimit-saddr", None, says="the source counts", excludes=("--connlimit-daddr",))
    daddr = Option("--connlimit-daddr", None, says="the destination counts", excludes=("--connlimit-saddr",))

    def problem(self) -> str | None:
        if not self.has(Connlimit.upto) and not self.has(Connlimit.above):
            return "connlimit needs --connlimit-upto or --connlimit-above"
        return None

    def implied(self) -> tuple[Given, ...]:
        side = () if self.has(Connlimit.daddr) or self.has(Connlimit.saddr) else (Given(Connlimit.saddr, None),)
        mask = () if self.has(Connlimit.mask) else (Given(Connlimit.mask, BITS[self.family]),)
        return (*mask, *side)

    def asks(self) -> Pred:
        up = self.has(Connlimit.upto)
        count = self.get(Connlimit.upto if up else Connlimit.above)
        below = up != self.negated(Connlimit.upto if up else Connlimit.above)
        word = "upto" if below else "above"
        return Unknown("how many connections are open is not known", ("connlimit", word, str(count)), dice=True, first=(count >= 1) == below)

    def words(self) -> str:
        """A mask of more bits than there are is one of all. `! --connlimit-above` is saved as --connlimit-upto."""
        if self.get(Connlimit.mask, 0) > BITS[self.family]:
            return Connlimit(tuple(row for row in self.given if row.option is not Connlimit.mask), self.family).words()
        text = super().words()
        return text.replace("! --connlimit-above", "--connlimit-upto").replace("! --connlimit-upto", "--connlimit-above")
