"""ipvs: the virtual service that a packet belongs to."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, fact
from iptsim.predicate import Pred, both

_ENDS = ("src", "dst", "proto", "sport", "dport")


class Ipvs(Match, name="ipvs"):
    """Compare the IPVS connection of the packet. IPVS is not in the dump."""

    conntrack = True

    ipvs = fact("--ipvs", None, "the packet is of an IPVS connection", "ipvs", negatable=True)
    proto = fact("--vproto", values.named({"tcp": 6, "udp": 17, "sctp": 132}, "a protocol", 255), "the protocol of the virtual service is {}",
                 "ipvs-proto", reads=_ENDS, negatable=True)  # fmt: skip
    address = fact("--vaddr", values.NET, "the address of the virtual service is {}", "ipvs-addr", reads=_ENDS, negatable=True)
    port = fact("--vport", values.number(65535), "the port of the virtual service is {}", "ipvs-port", reads=_ENDS, negatable=True)
    direction = fact("--vdir", values.word_of(("ORIGINAL", "REPLY"), "ORIGINAL or REPLY"), "its direction in the IPVS connection is {}", "ipvs-dir")
    method = fact("--vmethod", values.word_of(("GATE", "IPIP", "MASQ"), "GATE, IPIP or MASQ"), "the method of forwarding is {}", "ipvs-method",
                  negatable=True)  # fmt: skip
    control = fact("--vportctl", values.number(65535), "the port of the controlling connection is {}", "ipvs-portctl", negatable=True)

    def problem(self) -> str | None:
        if not self.given:
            return "ipvs needs an option"
        if self.negated(Ipvs.ipvs) and len(self.given) > 1:
            return "! --ipvs cannot be together with other options"
        return None

    def asks(self) -> Pred:
        """Any option but `! --ipvs` is about a packet of IPVS."""
        if self.has(Ipvs.ipvs):
            return super().asks()
        option: Option = Ipvs.ipvs
        assert option.asks is not None
        return both(option.asks(None), super().asks())
