"""CLUSTERIP: one address for several hosts."""

from __future__ import annotations

from dataclasses import replace

from iptsim import values
from iptsim.effect import Effect, Mystery
from iptsim.extension import Option, Target
from iptsim.matches import mac
from iptsim.packet import mac_text

MAC = replace(mac.MAC, save=lambda value: mac_text(value).upper())


class Clusterip(Target, name="CLUSTERIP"):
    """Answer for an address that several hosts share: a packet of a connection that is another host's is dropped. Which are, is open.

    Linux had it until 6.2; `-m cluster` took its place.
    """

    families = (4,)
    tables = ("filter",)
    hooks = ("INPUT",)
    conntrack = True

    fresh = Option("--new", None, says="the address is set up")
    mode = Option("--hashmode", values.word_of(("sourceip", "sourceip-sourceport", "sourceip-sourceport-destport"), "a hash mode"), says="by {}",
                  needs=("--new",))  # fmt: skip
    hardware = Option("--clustermac", MAC, says="the MAC address is {}", needs=("--new",))
    nodes = Option("--total-nodes", values.number(16, 1), says="of {} hosts", needs=("--new",))
    node = Option("--local-node", values.number(16), says="this one is number {}", needs=("--new",))
    init = Option("--hash-init", values.NUMBER, says="the hash begins with {}", needs=("--new",))

    @property
    def effect(self) -> Effect:
        return Mystery(self.name)
