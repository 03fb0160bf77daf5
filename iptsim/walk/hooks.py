"""Which tables the kernel asks at each hook, and in which order.

The order is that of the hooks' priorities (linux/netfilter_ipv4.h: raw -300, conntrack -200, mangle -150, dst nat -100, filter 0,
security 50, src nat 100). iptables-nft registers `security` at 150 (iptables/nft.c), so on INPUT it comes after nat there.
"conntrack" stands for the lookup that gives the packet its state. The walk of one packet and the walk of all packets read these lists.
"""

from __future__ import annotations

PREROUTING = ("raw", "conntrack", "mangle", "nat")
FORWARD = ("mangle", "filter", "security")
OUTPUT = ("raw", "conntrack", "mangle", "nat", "filter", "security")
POSTROUTING = ("mangle", "nat")
INPUT = {"legacy": ("mangle", "filter", "security", "nat"), "nft": ("mangle", "filter", "nat", "security")}


def order(hook: str, backend: str) -> tuple[str, ...]:
    """The stages of a hook, in the kernel's order."""
    if hook == "INPUT":
        return INPUT[backend]
    return {"PREROUTING": PREROUTING, "FORWARD": FORWARD, "OUTPUT": OUTPUT, "POSTROUTING": POSTROUTING}[hook]


# Which end of a connection NAT changes at a hook (HOOK2MANIP in nf_nat.h).
NAT_SIDE = {"PREROUTING": "dst", "OUTPUT": "dst", "POSTROUTING": "src", "INPUT": "src"}
