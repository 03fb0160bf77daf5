"""HMARK: a mark computed from the packet."""

from __future__ import annotations

import builtins

from iptsim import values
from iptsim.effect import Effect, Mystery
from iptsim.extension import Given, Option, Target

# What --hmark-tuple stands for; the start of a name is enough.
_NAMES = ("ct", "src", "dst", "sport", "dport", "proto", "spi")


def _tuple(text: str) -> tuple[str, ...]:
    found = set()
    for word in text.split(","):
        name = next((name for name in _NAMES if word and name.startswith(word.lower())), None)
        if name is None:
            raise ValueError(f"{word!r} is not one of {', '.join(_NAMES)}")
        found.add(name)
    return tuple(name for name in _NAMES if name in found)


TUPLE = values.samples("a list of fields", _tuple, ",".join, "ct", "src,dst", "src,dst,sport,dport,proto")
PREFIX = values.number(128)
PORT_MASK = values.hexadecimal(0xFFFF, 4)
HEX = values.hexadecimal(0xFFFFFFFF, 8)


class Hmark(Target, name="HMARK"):
    """Set the mark to a hash of the packet's addresses and ports. The hash is not worked out here, so what follows is open."""

    src_prefix = Option("--hmark-src-prefix", PREFIX, says="the source is cut to /{}")
    dst_prefix = Option("--hmark-dst-prefix", PREFIX, says="the destination is cut to /{}")
    sport_mask = Option("--hmark-sport-mask", PORT_MASK, says="the source port is masked by {}")
    dport_mask = Option("--hmark-dport-mask", PORT_MASK, says="the destination port is masked by {}")
    spi_mask = Option("--hmark-spi-mask", HEX, says="the SPI is masked by {}")
    sport = Option("--hmark-sport", values.hexadecimal(0xFFFF, 4), says="the source port is xored with {}")
    dport = Option("--hmark-dport", values.hexadecimal(0xFFFF, 4), says="the destination port is xored with {}")
    spi = Option("--hmark-spi", HEX, says="the SPI is xored with {}")
    proto_mask = Option("--hmark-proto-mask", values.hexadecimal(0xFFFF, 2), says="the protocol is masked by {}")
    rnd = Option("--hmark-rnd", HEX, says="the seed is {}", required=True)
    mod = Option("--hmark-mod", values.number(0xFFFFFFFF, 1), says="the number of marks is {}", required=True)
    offset = Option("--hmark-offset", values.NUMBER, says="the first mark is {}")
    tuple = Option("--hmark-tuple", TUPLE, says="the hash is of {}")

    def problem(self) -> str | None:
        """HMARK_check of libxt_HMARK.c."""
        rows = (*self.given, *self.implied())
        asked = {row.option for row in rows}
        if asked <= {Hmark.rnd, Hmark.mod, Hmark.offset, Hmark.tuple} and "ct" not in self.get(Hmark.tuple, ()):
            return "HMARK needs --hmark-tuple"
        for spi, ports in ((Hmark.spi_mask, {Hmark.sport_mask, Hmark.dport_mask}), (Hmark.spi, {Hmark.sport, Hmark.dport})):
            if spi in asked and ports & asked:
                return f"{spi.flag} and {' or '.join(sorted(port.flag for port in ports & asked))} exclude each other"
        return None

    def implied(self) -> builtins.tuple[Given, ...]:
        """--hmark-tuple is short for masks of all bits."""
        bits = {4: 32, 6: 128}[self.family]
        masks = {"src": (Hmark.src_prefix, bits), "dst": (Hmark.dst_prefix, bits), "sport": (Hmark.sport_mask, 0xFFFF),
                 "dport": (Hmark.dport_mask, 0xFFFF), "spi": (Hmark.spi_mask, 0xFFFFFFFF), "proto": (Hmark.proto_mask, 0xFFFF)}  # fmt: skip
        rows = [masks[name] for name in self.get(Hmark.tuple, ()) if name in masks]
        return builtins.tuple(Given(option, value) for option, value in rows)

    def words(self) -> str:
        """Of --hmark-tuple only `ct` is no mask. A prefix of more bits than there are is one of all."""
        bits = {4: 32, 6: 128}[self.family]
        if max(self.get(Hmark.src_prefix, 0), self.get(Hmark.dst_prefix, 0)) > bits:
            prefixes = (Hmark.src_prefix, Hmark.dst_prefix)
            cut = builtins.tuple(row._replace(value=min(row.value, bits)) if row.option in prefixes else row for row in self.given)
            return Hmark(cut, self.family).words()
        if not self.has(Hmark.tuple) or self.get(Hmark.tuple) == ("ct",):
            return super().words()
        ct = (Given(Hmark.tuple, ("ct",)),) if "ct" in self.get(Hmark.tuple) else ()
        masks = self.implied()
        rest = builtins.tuple(row for row in self.given if row.option is not Hmark.tuple and row.option not in {mask.option for mask in masks})
        return Hmark((*rest, *masks, *ct), self.family).words()

    @property
    def effect(self) -> Effect:
        return Mystery(self.name)
