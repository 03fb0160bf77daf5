"""tcp: the ports, flags and options of a TCP header."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option, carries, fact, within
from iptsim.predicate import ALWAYS, Masked, Pred, Test


def _flags(mask: int, comp: int) -> Pred:
    """(flags & mask) == comp; flags of comp outside the mask never match (libxt_tcp.c does not refuse them)."""
    return Test("tcp_flags", Masked(mask, comp)) if mask or comp else ALWAYS


class Tcp(Match, name="tcp"):
    """Compare the TCP header. xt_tcpudp.c: a later fragment has no header and never matches, `!` or not."""

    protocols = (6,)
    requires = carries(6)

    sport = Option("--sport", values.PORT_RANGE, within("sport"), "the source port is {}", ("--source-port",), True, default=(0, 65535))
    dport = Option("--dport", values.PORT_RANGE, within("dport"), "the destination port is {}", ("--destination-port",), True,
                   default=(0, 65535))  # fmt: skip
    option = fact("--tcp-option", values.number(255, 1), "TCP option {} is there", "tcp-option", negatable=True)
    flags = Option("--tcp-flags", values.TCP_FLAG_TEST, lambda pair: _flags(*pair), "the flags set are {}", (), True)
    syn = Option("--syn", None, lambda _: _flags(0x17, 0x02), "the packet is a SYN", (), True, excludes=("--tcp-flags",))

    def words(self) -> str:
        """`--syn` is saved as what it stands for."""
        text = super().words()
        return text.replace("--syn", "--tcp-flags FIN,SYN,RST,ACK SYN") if self.has(Tcp.syn) else text
