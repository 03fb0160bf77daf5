"""policy: IPsec, by which the packet came or will leave."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Given, Match, Option, Place
from iptsim.predicate import Not, Pred, Unknown, both

IPSEC = {values.PROTOCOL.save(number): number for number in (50, 51, 108)}


def _protocol(text: str) -> int:
    number: int = values.PROTOCOL.read(text)
    if number not in IPSEC.values():
        raise ValueError(f"{text!r} is not one of {', '.join(IPSEC)}")
    return number


PROTOCOL = values.samples("a protocol of IPsec", _protocol, values.PROTOCOL.save, *IPSEC)


def _element(flag: str, value: values.Value | None, says: str, negatable: bool = True) -> Option:
    return Option(flag, value, says=says, negatable=negatable, repeats=True)


class Policy(Match, name="policy"):
    """Compare the IPsec policy of a packet: whether it was (--dir in) or will be (--dir out) protected, and how. The dump does not say."""

    dir = Option("--dir", values.word_of(("in", "out"), "in or out"), says="the direction is {}", required=True)
    pol = Option("--pol", values.word_of(("none", "ipsec"), "none or ipsec"), says="the policy is {}")
    strict = Option("--strict", None, says="the list of transformations is complete")
    reqid = _element("--reqid", values.NUMBER, "the reqid is {}")
    spi = _element("--spi", values.hexadecimal(0xFFFFFFFF), "the SPI is {}")
    proto = _element("--proto", PROTOCOL, "the IPsec protocol is {}")
    mode = _element("--mode", values.word_of(("transport", "tunnel"), "transport or tunnel"), "the mode is {}")
    tunnel_dst = _element("--tunnel-dst", values.HOST_NET, "the end of the tunnel is {}")
    tunnel_src = _element("--tunnel-src", values.HOST_NET, "the start of the tunnel is {}")
    next = _element("--next", None, "another transformation is next", negatable=False)

    def place(self) -> Place:
        into, out = ("PREROUTING", "INPUT", "FORWARD"), ("FORWARD", "OUTPUT", "POSTROUTING")
        return super().place()._replace(hooks=into if self.get(Policy.dir) == "in" else out)

    def problem(self) -> str | None:
        parts = self._elements()
        if self.get(Policy.pol) == "none":
            return "--pol none says nothing more" if self.has(Policy.strict) or len(parts) > 1 else None
        if not 1 <= len(parts) <= 4:
            return "at most 4 transformations"
        if len(parts) > 1 and not self.has(Policy.strict):
            return "several transformations need --strict"
        return next((problem for part in parts if (problem := _problem(part, self.has(Policy.strict)))), None)

    def _elements(self) -> list[list[Given]]:
        """What is said of each transformation."""
        parts: list[list[Given]] = [[]]
        for row in self.given:
            if row.option is Policy.next:
                parts.append([])
            elif row.option not in (Policy.dir, Policy.pol, Policy.strict):
                parts[-1].append(row)
        return parts

    def asks(self) -> Pred:
        side = self.get(Policy.dir)
        ipsec = Unknown("the IPsec policies of the host are not in the dump", ("policy", side, "ipsec"), ("src", "dst"))
        if self.get(Policy.pol) == "none":
            return Not(ipsec)
        details = self.words().partition("--pol ipsec")[2].strip()
        more = (Unknown(ipsec.reason, ("policy", side, details), ipsec.reads),) if details else ()
        return both(ipsec, *more)

    def implied(self) -> tuple[Given, ...]:
        return () if self.has(Policy.pol) else (Given(Policy.pol, "ipsec"),)

    def words(self) -> str:
        """What belongs to which transformation is told by --next."""
        first = [row for row in (*self.given, *self.implied()) if row.option in (Policy.dir, Policy.pol, Policy.strict)]
        elements = [] if self.get(Policy.pol) == "none" else self._elements()
        head, *rest = (" ".join(row.option.save(row.value, row.negated) for row in sorted(part, key=_place_of)) for part in (first, *elements))
        return f"{head} {' --next '.join(rest)}".rstrip()


def _place_of(row: Given) -> int:
    return Policy.options.index(row.option)


def _problem(element: list[Given], strict: bool) -> str | None:
    """What policy_check refuses in one transformation."""
    flags = [row.option.flag for row in element]
    twice = next((flag for flag in flags if flags.count(flag) > 1), None)
    if twice:
        return f"{twice} is given twice for one transformation"
    if strict and not element:
        return "with --strict each transformation needs an option"
    tunnel = any(row.option is Policy.mode and (row.value == "tunnel") != row.negated for row in element)
    return "--tunnel-src and --tunnel-dst need --mode tunnel" if not tunnel and {"--tunnel-src", "--tunnel-dst"} & set(flags) else None
