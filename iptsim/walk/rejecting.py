"""What REJECT answers, and to whom it answers nothing at all.

Sources: nf_reject_ipv4.c, nf_reject_ipv6.c, nf_reject.h; icmp_send() in net/ipv4/icmp.c, icmp6_send() in net/ipv6/icmp.c.
"""

from __future__ import annotations

from iptsim.names import ANYCAST, BROADCAST, LOCAL, MULTICAST
from iptsim.predicate import And, Not, Or, Pred, Test, Truth, holds, one, ranges
from iptsim.walk.engine import Engine
from iptsim.walk.group import Group

_FRAGMENT, _FRAME = Test("fragment", one(1)), Test("pkttype", ranges([(1, 2)]))
_RESET = Test("tcp_flags", ranges((f, f) for f in range(256) if f & 0x04))
_TO_MANY = Test("dst_type", ranges([(BROADCAST, BROADCAST), (MULTICAST, MULTICAST)]))
_GROUP6, _NOBODY6 = (0xFF << 120, (1 << 128) - 1), (0, 0)
# icmp_pointers[] takes every type for an error but these; of ICMPv6 every type below 128 is one.
_ERROR4 = And((Test("proto", one(1)), Not(Test("icmp_type", ranges([(0, 0), (8, 8), (13, 18)])))))
# What has no next header has nothing to add up either: ipv6_skip_exthdr() finds no end.
# Of IPv6. Those that NAT knows, and those that nf_reject_verify_csum() takes without a look: GRE, ESP.
_UNMENDED = Not(Test("proto", ranges((n, n) for n in (6, 17, 58, 132, 136, 47, 50))))
_OF_LINK = Test("src", ranges([(0xFE80 << 112, (0xFEC0 << 112) - 1)]))
_NONE = Test("proto", one(59))
_ERROR6 = And((Test("proto", one(58)), Test("icmp_type", ranges([(0, 127)]))))
# nf_reject_verify_csum(): what the kernel does not know has to add up to zero. What others carry is taken to do so; DCCP sums up its addresses too.
_DCCP = Test("proto", one(33))
_UNANSWERED: dict[tuple[int, bool], Pred] = {
    (4, True): Or((_FRAGMENT, _RESET, _TO_MANY)),
    (4, False): Or((_FRAGMENT, _FRAME, _TO_MANY, _ERROR4, _DCCP, Test("src", one(0)))),  # to 0.0.0.0 it would go to this host itself
    (6, True): Or((_RESET, Test("dst", ranges([_NOBODY6, _GROUP6])), Test("src", ranges([_NOBODY6, _GROUP6])))),
    (6, False): Or(
        (_FRAME, Test("dst", ranges([_GROUP6])), Test("src", ranges([_NOBODY6, _GROUP6])), Test("src_type", one(ANYCAST)), _NONE, _ERROR6)
    ),
}


def answer(engine: Engine, group: Group, word: str) -> str | None:
    """What the sender of a rejected packet is told; None if nothing. Of many packets: what an ordinary one of them is told."""
    if engine.judge.forks:
        return word
    unanswered = holds(_UNANSWERED[engine.setting.family, word == "tcp-reset"], group.now) is Truth.YES or _spoilt(engine, group)
    return None if unanswered or _unreachable(engine, group, word) else word


def _spoilt(engine: Engine, group: Group) -> bool:
    """Does its sum, which is about its addresses, no longer add up since NAT changed them? NAT mends what it knows."""
    moved = any(group.read(end) != engine.setting.arrival.get(end) for end in ("src", "dst"))
    return engine.setting.family == 6 and moved and holds(_UNMENDED, group.now) is Truth.YES


def _unreachable(engine: Engine, group: Group, word: str) -> bool:
    """Is there no way back to the sender? An address of a link is on that link; but a reset is not told of which."""
    setting = engine.setting
    if not setting.complete or group.now.get("src_type") == LOCAL:
        return False
    source = group.read("dst") if group.now.get("dst_type") == LOCAL else 0
    if setting.family == 4 and isinstance(source, int) and source >> 24 == 127:  # ip_route_output_key_hash() lets no such source out
        return True
    back = group.rewrite(src=source, dst=group.read("src"), mark=0, in_interface="").now
    link = group.now.get("in_interface") if word != "tcp-reset" and holds(_OF_LINK, group.now) is Truth.YES else None
    for row in setting.rows:
        if link is not None and row.out != link:
            continue
        truth = holds(row.when, back)
        if truth is not Truth.NO:
            return truth is Truth.YES and row.kind != "unicast"
    return True
