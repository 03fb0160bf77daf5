"""ipv6header: which extension headers an IPv6 packet has."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Pred, Unknown, given

# The names that are saved, and the numbers and short names that are also read (libip6t_ipv6header.c).
HEADERS = ("hop-by-hop", "ipv6-opts", "ipv6-route", "ipv6-frag", "ah", "esp", "ipv6-nonxt", "protocol")
ALIASES = {
    "hop": "hop-by-hop", "dst": "ipv6-opts", "route": "ipv6-route", "frag": "ipv6-frag", "auth": "ah", "none": "ipv6-nonxt", "prot": "protocol",
    "0": "hop-by-hop", "60": "ipv6-opts", "43": "ipv6-route", "44": "ipv6-frag", "51": "ah", "50": "esp", "59": "ipv6-nonxt", "255": "protocol",
}  # fmt: skip


def _headers(text: str) -> tuple[str, ...]:
    found = {ALIASES.get(word, word) for word in text.split(",")}
    if not found <= set(HEADERS):
        raise ValueError(f"{text!r} is not a list of {', '.join(HEADERS)}")
    return tuple(name for name in HEADERS if name in found)


HEADER_LIST = values.samples("a list of extension headers", _headers, ",".join, "hop-by-hop,esp", "protocol")


class Ipv6header(Match, name="ipv6header"):
    """Compare the set of extension headers of an IPv6 packet: exactly these, or with --soft at least these. No flow says them."""

    families = (6,)

    header = Option("--header", HEADER_LIST, says="the set of extension headers is {}", negatable=True, required=True)
    soft = Option("--soft", None, says="others are allowed")

    def asks(self) -> Pred:
        key = ("ipv6header", ",".join(self.get(Ipv6header.header)), *(("--soft",) if self.has(Ipv6header.soft) else ()))
        return given(Unknown("extension headers are not part of a flow", key), self.negated(Ipv6header.header))
