"""The head of a rule: -s -d -i -o -p -f, which need no -m."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import ALWAYS, Name, Pred, Test, one
from iptsim.values import Net


def _interface(field: str, text: str) -> Pred:
    """`eth0`, or with a trailing + every name that starts so. An absent interface is the empty name (ip_tables.c), so `! -o x` holds in INPUT."""
    return Test(field, Name(text[:-1], prefix=True) if text.endswith("+") else Name(text))


class Head(Match, name=""):
    """Addresses, interfaces, protocol and fragment of a rule."""

    src = Option("-s", values.NET, lambda net: _net("src", net), "the source is {}", ("--source", "--src"), True)
    dst = Option("-d", values.NET, lambda net: _net("dst", net), "the destination is {}", ("--destination", "--dst"), True)
    in_interface = Option("-i", values.INTERFACE, lambda name: _interface("in_interface", name), "it came in by {}", ("--in-interface",), True)
    out_interface = Option("-o", values.INTERFACE, lambda name: _interface("out_interface", name), "it leaves by {}", ("--out-interface",), True)
    proto = Option("-p", values.PROTOCOL, lambda n: Test("proto", one(n)) if n else ALWAYS, "the protocol is {}", ("--protocol", "--proto"), True)
    fragment = Option("-f", None, lambda _: Test("fragment", one(1)), "it is a later fragment", ("--fragment",), True, only=(4,))

    def save(self) -> str:
        return self.words()

    def words(self) -> str:
        """As iptables-save prints it: 0.0.0.0/0, `all` and `+` say nothing and are left out."""
        kept = tuple(row for row in self.given if not _says_nothing(row.option, row.value, row.negated))
        return super().words() if len(kept) == len(self.given) else Head(kept).words()


def _net(field: str, net: Net) -> Pred:
    return Test(field, net.values) if net.mask else ALWAYS


def _says_nothing(option: Option, value: object, negated: bool) -> bool:
    if option is Head.src or option is Head.dst:
        return isinstance(value, Net) and value.mask == 0 and not negated
    if option is Head.proto:
        return value == 0
    return option in (Head.in_interface, Head.out_interface) and value == "+" and not negated
