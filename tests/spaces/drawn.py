"""What the laws about sets are tried on: predicates and packets over few values, so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from iptsim.packet import FIELDS
from iptsim.predicate import ALWAYS, NEVER, And, Masked, Name, Not, Or, Pred, Test, Unknown, atom_name, ranges

NAMES = ("eth0", "eth1", "docker0")
PREFIXES = ("eth", "veth")
# one of each class, and more than one of those that are open
INTERFACES = ("", "eth0", "eth1", "docker0", "eth7", "veth12", "veth", "wg0")
FIELDS_TRIED = ("src", "dst", "proto", "sport", "dport", "tcp_flags", "mark", "connmark", "in_interface", "out_interface", "ctstate", "dst_type")
SET = Unknown("no host file", ("set", "blocklist", "src"))
DICE = Unknown("dice", ("limit", "rule 3"), dice=True)

_VALUES = {
    "src": (0, 0x0A000001, 0x7F000001, 0xAC110001, 0xAC110002, 0xFFFFFFFF), "proto": (0, 1, 6, 17, 255), "sport": (0, 80, 1024, 65535),
    "tcp_flags": (0, 2, 18, 255), "mark": (0, 1, 0x4000, 0x8000, 0xFFFFFFFF), "ctstate": (0, 1, 4), "dst_type": (0, 1, 2, 11),
}  # fmt: skip
VALUES: dict[str, tuple[int, ...]] = {**_VALUES, "dst": _VALUES["src"], "dport": _VALUES["sport"], "connmark": _VALUES["mark"]}
MASKS = {"mark": (0, 1, 0x4000, 0xC000, 0xFFFF0000, 0xFFFFFFFF), "tcp_flags": (0x17, 0xFF), "src": (0xFFFF0000, 0xFFFF00FF), "proto": (3, 0x81)}


@st.composite
def field_tests(draw: st.DrawFn) -> Test:
    name = draw(st.sampled_from(FIELDS_TRIED))
    if FIELDS[name].kind == "interface":
        if draw(st.booleans()):
            return Test(name, Name(draw(st.sampled_from(("", *NAMES)))))
        return Test(name, Name(draw(st.sampled_from(("", *PREFIXES))), prefix=True))
    masks = MASKS.get({"dst": "src", "connmark": "mark"}.get(name, name))
    if masks and draw(st.booleans()):
        return Test(name, Masked(draw(st.sampled_from(masks)), draw(st.sampled_from(VALUES[name])) & draw(st.sampled_from(masks))))
    pairs = st.tuples(st.sampled_from(VALUES[name]), st.sampled_from(VALUES[name]))
    return Test(name, ranges(draw(st.lists(pairs, max_size=3))))


predicates: st.SearchStrategy[Pred] = st.recursive(
    field_tests() | st.sampled_from((SET, DICE, ALWAYS, NEVER)),
    lambda inner: inner.map(Not) | st.lists(inner, max_size=3).map(lambda p: And(tuple(p))) | st.lists(inner, max_size=3).map(lambda p: Or(tuple(p))),
    max_leaves=8,
)


@st.composite
def packets(draw: st.DrawFn) -> dict[str, Any]:
    """Everything about a packet that arrives, as `now` would say it."""
    out: dict[str, Any] = {}
    for name in FIELDS_TRIED:
        out[name] = draw(st.sampled_from(INTERFACES if FIELDS[name].kind == "interface" else VALUES[name]))
    for atom in (SET, DICE):
        out[atom_name(atom.key)] = draw(st.booleans())
    out["new dst"] = draw(st.sampled_from((5, 6, 7, 0xAC110001)))
    return out
