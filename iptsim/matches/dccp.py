"""dccp: the ports, packet type and options of a DCCP header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries, fact, within
from iptsim.matches.udp import PORTS

TYPES = ("REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC", "SYNCACK", "INVALID")


class Dccp(Match, name="dccp"):
    """Compare the header of a DCCP packet. A flow says its ports; what type of packet it is stays open."""

    protocols = (33,)
    requires = carries(33)

    sport = Option("--sport", PORTS, within("sport"), "the source port is {}", ("--source-port",), True, default=(0, 65535))
    dport = Option("--dport", PORTS, within("dport"), "the destination port is {}", ("--destination-port",), True,
                   default=(0, 65535))  # fmt: skip
    types = fact("--dccp-types", values.words_of(TYPES, "DCCP packet types"), "the DCCP type is {}", "dccp-types", negatable=True)
    option = fact("--dccp-option", values.number(255, 1), "DCCP option {} is there", "dccp-option", negatable=True)
