"""SNPT: another prefix for the source."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Effect, MapPrefix
from iptsim.extension import Option, Target

_LONGEST = 64


def _prefix(text: str) -> values.Net:
    """As ip6t_npt_checkentry() takes it: of up to 64 bits, and with none behind them."""
    host, slash, _ = text.partition("/")
    net: values.Net = values.NET.read(text)
    alone: values.Net = values.HOST.read(host)
    if not slash or net.family != 6 or net.mask.bit_count() > _LONGEST or not values.NET.save(net).rpartition("/")[2].isdigit():
        raise ValueError(f"{text!r} is not an IPv6 prefix of up to {_LONGEST} bits")
    if alone.value != net.value:
        raise ValueError(f"{text!r} has bits set behind its prefix")
    return net


PREFIX = values.samples("an IPv6 prefix", _prefix, values.NET.save, "fd00:1::/48", "2001:db8:1::/48", "fd00:17::/64", "2001:db8::/32")


class Snpt(Target, name="SNPT"):
    """Put one IPv6 prefix in the place of another in the source, without conntrack; the next rule follows."""

    families = (6,)
    tables = ("mangle",)
    hooks = ("POSTROUTING", "INPUT")
    side = "src"

    old = Option("--src-pfx", PREFIX, says="the prefix {} is replaced", required=True)
    new = Option("--dst-pfx", PREFIX, says="the prefix becomes {}", required=True)

    @property
    def effect(self) -> Effect:
        old, new = self.get(Snpt.old), self.get(Snpt.new)
        return MapPrefix(self.side, (old.value, old.mask.bit_count()), (new.value, new.mask.bit_count()))
