"""ah: the SPI of an authentication header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Place, carries, fact
from iptsim.matches.esp import SPI
from iptsim.predicate import ALWAYS, Pred, Unknown, both


class Ah(Match, name="ah"):
    """Compare the authentication header: in IPv4 a packet of that protocol, in IPv6 an extension header. No flow says what is in it."""

    spi = fact("--ahspi", SPI, "the AH SPI is {}", "ahspi", negatable=True, default=(0, 0xFFFFFFFF))
    length = fact("--ahlen", values.NUMBER, "the AH length is {}", "ahlen", negatable=True, default=0, only=(6,))
    reserved = fact("--ahres", None, "the reserved AH field is zero", "ahres", only=(6,))

    def place(self) -> Place:
        return super().place()._replace(protocols=(51,) if self.family == 4 else ())

    def asks(self) -> Pred:
        header: Pred = carries(51) if self.family == 4 else Unknown("extension headers are not part of a flow", ("ah-header",))
        return both(header, super().asks()) if self.given else both(header, ALWAYS)
