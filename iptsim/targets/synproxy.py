"""SYNPROXY: answer a TCP handshake in place of the server."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Effect, Mystery
from iptsim.extension import Option, Target


class Synproxy(Target, name="SYNPROXY"):
    """Answer a SYN in place of the server, and open the connection only when the client answers. What passes, and when, is open."""

    hooks = ("INPUT", "FORWARD")
    protocols = (6,)
    conntrack = True

    sack_perm = Option("--sack-perm", None, says="selective acknowledgement is offered")
    timestamp = Option("--timestamp", None, says="timestamps are offered")
    wscale = Option("--wscale", values.number(255), says="the window scale is {}")
    mss = Option("--mss", values.number(65535), says="the MSS is {}")
    ecn = Option("--ecn", None, says="ECN is offered")

    @property
    def effect(self) -> Effect:
        return Mystery(self.name)
