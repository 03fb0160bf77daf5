"""TEE: a copy to another host."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target

OIF = values.drawing(values.bare("an interface name", 15), "eth0", "eth1")
# Drawn are gateways that are no host of the reader's own: a copy that comes back is copied again.
GATEWAY = values.drawing(values.HOST, "10.0.0.77", "203.0.113.77", "fd00:1::77", "2001:db8::77")


class Tee(Target, name="TEE"):
    """Send a copy of the packet to another host; the packet itself goes on with the next rule."""

    gateway = Option("--gateway", GATEWAY, says="the copy is sent to {}", required=True)
    oif = Option("--oif", OIF, says="the copy is sent by {}")

    def problem(self) -> str | None:
        return None if self.get(Tee.gateway).value else "--gateway is no address"

    @property
    def effect(self) -> Effect:
        return Continue("copied")
