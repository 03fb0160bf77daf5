"""policy: IPsec, by which the packet came or will leave."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Not, Pred, Unknown, both


def _element(flag: str, value: values.Value | None, says: str, negatable: bool = True) -> Option:
    return Option(flag, value, says=says, negatable=negatable, repeats=True)


class Policy(Match, name="policy"):
    """Compare the IPsec policy of a packet: whether it was (--dir in) or will be (--dir out) protected, and how. The dump does not say."""

    dir = Option("--dir", values.word_of(("in", "out"), "in or out"), says="the direction is {}", required=True)
    pol = Option("--pol", values.word_of(("none", "ipsec"), "none or ipsec"), says="the policy is {}")
    strict = Option("--strict", None, says="the list of transformations is complete")
    reqid = _element("--reqid", values.NUMBER, "the reqid is {}")
    spi = _element("--spi", values.hexadecimal(0xFFFFFFFF), "the SPI is {}")
    proto = _element("--proto", values.PROTOCOL, "the IPsec protocol is {}")
    mode = _element("--mode", values.word_of(("transport", "tunnel"), "transport or tunnel"), "the mode is {}")
    tunnel_dst = _element("--tunnel-dst", values.HOST_NET, "the end of the tunnel is {}")
    tunnel_src = _element("--tunnel-src", values.HOST_NET, "the start of the tunnel is {}")
    next = _element("--next", None, "another transformation is next", negatable=False)

    def asks(self) -> Pred:
        side = self.get(Policy.dir)
        ipsec = Unknown("the IPsec policies of the host are not in the dump", ("policy", side, "ipsec"), ("src", "dst"))
        if self.get(Policy.pol) == "none":
            return Not(ipsec)
        details = self.words().partition("--pol ipsec")[2].strip()
        more = (Unknown(ipsec.reason, ("policy", side, details), ipsec.reads),) if details else ()
        return both(ipsec, *more)

    def words(self) -> str:
        """In the order given from --strict on: what belongs to which transformation is told by --next."""
        first = [row for row in self.given if row.option in (Policy.dir, Policy.pol, Policy.strict)]
        rest = [row for row in self.given if row not in first]
        head = Policy(tuple(first), self.family) if rest else None
        tail = " ".join(row.option.save(row.value, row.negated) for row in rest)
        return f"{head.words()} {tail}" if head else super().words()
