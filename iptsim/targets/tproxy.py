"""TPROXY: to a transparent proxy on this host."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Assign, Divert, Effect
from iptsim.extension import Given, Option, Target
from iptsim.predicate import Unknown

ANY = {4: values.HOST.read("0.0.0.0"), 6: values.HOST.read("::")}


class Tproxy(Target, name="TPROXY"):
    """Deliver the packet to a transparent socket of this host, unchanged but for its mark. Without such a socket it is dropped."""

    tables = ("mangle",)
    hooks = ("PREROUTING",)
    defrag = True
    protocols = (6, 17)

    port = Option("--on-port", values.number(65535), says="the proxy's port is {}", required=True)
    address = Option("--on-ip", values.HOST, says="the proxy's address is {}")
    mark = Option("--tproxy-mark", values.masked(always_mask=True), says="the mark becomes {}")

    def implied(self) -> tuple[Given, ...]:
        rows = (Given(Tproxy.address, ANY[self.family]), Given(Tproxy.mark, (0, 0)))
        return tuple(row for row in rows if not self.has(row.option))

    @property
    def effect(self) -> Effect:
        value, mask = self.get(Tproxy.mark, (0, 0))
        address, port = self.get(Tproxy.address, ANY[self.family]), self.get(Tproxy.port)
        host = "" if address == ANY[self.family] else values.HOST.save(address)
        where = f"{f'[{host}]' if self.family == 6 and host else host}:{port or 'its own port'}".removeprefix(":")
        reason = f"it is not known whether a process of this host has a transparent socket for it at {'' if host else 'port '}{where}"
        return Divert(Unknown(reason, ("transparent-socket", where), first=False), Assign("mark", value, mask))
