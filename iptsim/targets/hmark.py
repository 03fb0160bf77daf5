"""HMARK: a mark computed from the packet."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Effect, Mystery
from iptsim.extension import Option, Target

PREFIX = values.number(128)
PORT_MASK = values.hexadecimal(0xFFFF, 4)
HEX = values.hexadecimal(0xFFFFFFFF, 8)


class Hmark(Target, name="HMARK"):
    """Set the mark to a hash of the packet's addresses and ports. The hash is not worked out here, so what follows is open."""

    tuple = Option("--hmark-tuple", values.bare("a list", 255), says="the hash is of {}")
    src_prefix = Option("--hmark-src-prefix", PREFIX, says="the source is cut to /{}")
    dst_prefix = Option("--hmark-dst-prefix", PREFIX, says="the destination is cut to /{}")
    sport_mask = Option("--hmark-sport-mask", PORT_MASK, says="the source port is masked by {}")
    dport_mask = Option("--hmark-dport-mask", PORT_MASK, says="the destination port is masked by {}")
    spi_mask = Option("--hmark-spi-mask", HEX, says="the SPI is masked by {}")
    sport = Option("--hmark-sport", values.hexadecimal(0xFFFF, 4), says="the source port is xored with {}")
    dport = Option("--hmark-dport", values.hexadecimal(0xFFFF, 4), says="the destination port is xored with {}")
    spi = Option("--hmark-spi", HEX, says="the SPI is xored with {}")
    proto_mask = Option("--hmark-proto-mask", values.hexadecimal(0xFF), says="the protocol is masked by {}")
    rnd = Option("--hmark-rnd", HEX, says="the seed is {}")
    mod = Option("--hmark-mod", values.NUMBER, says="the number of marks is {}", required=True)
    offset = Option("--hmark-offset", values.NUMBER, says="the first mark is {}", default=0)

    @property
    def effect(self) -> Effect:
        return Mystery(self.name)
