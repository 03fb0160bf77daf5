"""ECN: clear or set the ECN bits."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Assign, Effect
from iptsim.extension import Given, Option, Place, Target

BIT = values.number(1)


class Ecn(Target, name="ECN"):
    """Clear ECE and CWR of a TCP header, so that a broken network does not see them; the next rule follows. The rest is for experiments."""

    tables = ("mangle",)
    families = (4,)

    remove = Option("--ecn-tcp-remove", None, says="the TCP flags ECE and CWR are cleared", excludes=("--ecn-tcp-ece", "--ecn-tcp-cwr"))
    ece = Option("--ecn-tcp-ece", BIT, says="the TCP flag ECE becomes {}")
    cwr = Option("--ecn-tcp-cwr", BIT, says="the TCP flag CWR becomes {}")
    ect = Option("--ecn-ip-ect", values.number(3), says="the ECN codepoint becomes {}")

    def place(self) -> Place:
        return super().place()._replace(protocols=() if all(row.option is Ecn.ect for row in self.given) else (6,))

    def problem(self) -> str | None:
        return None if self.given else "ECN needs --ecn-tcp-remove"

    def words(self) -> str:
        """Both flags cleared is --ecn-tcp-remove, and the other way round where the codepoint is set too."""
        flags = {Ecn.ece: 0, Ecn.cwr: 0} if self.has(Ecn.remove) else {row.option: row.value for row in self.given if row.option is not Ecn.ect}
        ect = tuple(row for row in self.given if row.option is Ecn.ect)
        if flags == {Ecn.ece: 0, Ecn.cwr: 0} and not ect:
            return Ecn.remove.flag
        rows = (*(Given(option, value) for option, value in flags.items()), *ect)
        return " ".join(row.option.save(row.value, False) for row in sorted(rows, key=lambda row: row.option.flag, reverse=True))

    @property
    def effect(self) -> Effect:
        codepoint = Assign("tos", self.get(Ecn.ect), 3) if self.has(Ecn.ect) else None
        if codepoint is not None and len(self.given) == 1:
            return codepoint
        ece, cwr = (self.get(row, 0) for row in (Ecn.ece, Ecn.cwr))
        mask = 0xC0 if self.has(Ecn.remove) else self.has(Ecn.ece) * 0x40 | self.has(Ecn.cwr) * 0x80
        return Assign("tcp_flags", ece * 0x40 | cwr * 0x80, mask, also=codepoint)
