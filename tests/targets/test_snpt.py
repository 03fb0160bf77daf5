"""Target SNPT: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import MapPrefix
from tests.cases import does, reads, says, stands

_RULE = "-j SNPT --src-pfx fd00:1::/48 --dst-pfx 2001:db8:1::/48"
test_reads_and_saves = reads(
    _RULE,
    (_RULE, "-j SNPT --dst-pfx 2001:db8:1::/48 --src-pfx fd00:1::/48"),
    ("error: has bits set behind its prefix", "-j SNPT --src-pfx fd00:1::5/48 --dst-pfx 2001:db8:1::/48"),
    ("error: is not an IPv6 prefix of up to 64 bits", "-j SNPT --src-pfx fd00:1::/65 --dst-pfx 2001:db8:1::/48"),
    ("error: is not an IPv6 prefix of up to 64 bits", "-j SNPT --src-pfx fd00:1:: --dst-pfx 2001:db8:1::/48"),
    ("error: -j SNPT needs --dst-pfx", "-j SNPT --src-pfx fd00:1::/48"),
    family=6,
)
test_stands = stands(("is not allowed in PREROUTING", f"mangle:PREROUTING {_RULE}"), ("", f"mangle:POSTROUTING {_RULE}"), family=6)
test_does = does((MapPrefix("src", (0xFD000001 << 96, 48), (0x20010DB80001 << 80, 48)), _RULE), family=6)
test_says = says(("the prefix fd00:1::/48 is replaced, the prefix becomes 2001:db8:1::/48", _RULE), family=6)
