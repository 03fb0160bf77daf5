"""esp: the SPI of an ESP header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, carries, fact

SPI = values.number_range(0xFFFFFFFF)


class Esp(Match, name="esp"):
    """Compare the SPI of an ESP packet, which no flow says: it stays open."""

    protocols = (50,)
    requires = carries(50)

    spi = fact("--espspi", SPI, "the ESP SPI is {}", "espspi", negatable=True, default=(0, 0xFFFFFFFF))
