"""rt: the routing header of IPv6."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, fact
from iptsim.predicate import Pred, Unknown, both
from iptsim.values import Net


def _addresses(text: str) -> tuple[Net, ...]:
    return tuple(values.HOST.read(part) for part in text.split(","))


ADDRESSES = values.samples("a list of addresses", _addresses, lambda nets: ",".join(values.HOST.save(net) for net in nets), "ff02::1,ff02::2", "::1")


class Rt(Match, name="rt"):
    """Compare the routing header of an IPv6 packet: that it is there, of what type, with what in it. No flow says it."""

    families = (6,)

    kind = fact("--rt-type", values.NUMBER, "the type of the routing header is {}", "rt-type", negatable=True)
    left = fact("--rt-segsleft", values.number_range(0xFFFFFFFF), "the number of segments left is {}", "rt-segsleft", negatable=True)
    length = fact("--rt-len", values.NUMBER, "the length of the routing header is {}", "rt-len", negatable=True)
    reserved = fact("--rt-0-res", None, "the reserved field is looked at", "rt-0-res", needs=("--rt-type",))
    addresses = fact("--rt-0-addrs", ADDRESSES, "the list of addresses is {}", "rt-0-addrs", needs=("--rt-type",))
    loosely = Option("--rt-0-not-strict", None, says="others in between are allowed", needs=("--rt-0-addrs",))

    def problem(self) -> str | None:
        """What only a header of type 0 has is asked beside `--rt-type 0` (rt_mt6_check)."""
        special = self.has(Rt.reserved) or self.has(Rt.addresses)
        return "--rt-0-res and --rt-0-addrs need --rt-type 0" if special and (self.get(Rt.kind) or self.negated(Rt.kind)) else None

    def asks(self) -> Pred:
        return both(Unknown("extension headers are not part of a flow", ("rt-header",)), super().asks())
