"""pkttype: whom the frame was sent to, on the link."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.names import PACKET_TYPES
from iptsim.predicate import Test, one

# The short names are only read.
NAMES = {name: number for number, name in enumerate(PACKET_TYPES)} | {"host": 0, "bcast": 1, "mcast": 2}
PACKET_TYPE = values.named(NAMES, "unicast, broadcast or multicast", save=lambda n: PACKET_TYPES[n])


class Pkttype(Match, name="pkttype"):
    """Compare whom the link-layer frame was addressed to. Not the IP address: a frame to this host may carry any."""

    type = Option("--pkt-type", PACKET_TYPE, lambda n: Test("pkttype", one(n)), "the link-layer packet type is {}", (), True, required=True)
