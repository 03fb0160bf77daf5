"""Target DNPT: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import MapPrefix
from tests.cases import does, reads, says, stands

_RULE = "-j DNPT --src-pfx fd00:1::/48 --dst-pfx 2001:db8:1::/48"
test_reads_and_saves = reads(
    _RULE,
    (_RULE, "-j DNPT --dst-pfx 2001:db8:1::/48 --src-pfx fd00:1::/48"),
    ("error: has bits set behind its prefix", "-j DNPT --src-pfx fd00:1::5/48 --dst-pfx 2001:db8:1::/48"),
    ("error: is not an IPv6 prefix of up to 64 bits", "-j DNPT --src-pfx fd00:1::/65 --dst-pfx 2001:db8:1::/48"),
    ("error: is not an IPv6 prefix of up to 64 bits", "-j DNPT --src-pfx fd00:1:: --dst-pfx 2001:db8:1::/48"),
    ("error: -j DNPT needs --dst-pfx", "-j DNPT --src-pfx fd00:1::/48"),
    family=6,
)
test_stands = stands(("is not allowed in POSTROUTING", f"mangle:POSTROUTING {_RULE}"), ("", f"mangle:PREROUTING {_RULE}"), family=6)
test_does = does((MapPrefix("dst", (0xFD000001 << 96, 48), (0x20010DB80001 << 80, 48)), _RULE), family=6)
test_says = says(("the prefix fd00:1::/48 is replaced, the prefix becomes 2001:db8:1::/48", _RULE), family=6)
