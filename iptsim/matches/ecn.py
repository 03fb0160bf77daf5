"""ecn: the ECN bits of the IP and TCP headers."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, Place
from iptsim.predicate import Masked, Pred, Test, both, one


def _bit(bit: int) -> Pred:
    return both(Test("proto", one(6)), Test("tcp_flags", Masked(bit, bit)))


class Ecn(Match, name="ecn"):
    """Compare ECE and CWR of a TCP header, and the two ECN bits of the IP header (xt_ecn.c)."""

    ece = Option("--ecn-tcp-ece", None, lambda _: _bit(64), "the TCP flag ECE is set", (), True)
    cwr = Option("--ecn-tcp-cwr", None, lambda _: _bit(128), "the TCP flag CWR is set", (), True)
    ect = Option("--ecn-ip-ect", values.number(3), lambda n: Test("tos", Masked(3, n)), "the ECN codepoint is {}", (), True)

    def place(self) -> Place:
        return super().place()._replace(protocols=(6,) if self.has(Ecn.ece) or self.has(Ecn.cwr) else ())

    def problem(self) -> str | None:
        return None if self.given else "ecn needs at least one option"
