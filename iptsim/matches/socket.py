"""socket: is a process of this host listening for the packet?"""

from __future__ import annotations

from iptsim.extension import Match, Option
from iptsim.predicate import Pred, Unknown


class Socket(Match, name="socket"):
    """Ask whether a socket of this host is open for the packet. Which are open is not in the dump."""

    hooks = ("PREROUTING", "INPUT")
    defrag = True

    transparent = Option("--transparent", None, says="the socket is transparent")
    nowildcard = Option("--nowildcard", None, says="sockets open on any address count too")
    restore_skmark = Option("--restore-skmark", None, says="the mark is set to that of the socket")

    def asks(self) -> Pred:
        flags = tuple(row.option.flag for row in self.given)
        return Unknown("the open sockets of the host are not in the dump", ("open-socket", *flags), ("proto", "src", "dst", "sport", "dport"))
