"""TCP as conntrack follows it: what each packet does to the state of its connection (nf_conntrack_proto_tcp.c).

A packet is taken to be in the window, and to acknowledge all that the other side sent: only the order of the flags is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from iptsim.predicate import Ranges, ranges

_FIN, _SYN, _RST, _ACK, _URG, _IGNORED = 0x01, 0x02, 0x04, 0x10, 0x20, 0xC8  # ECE, CWR and PSH do not matter to the state
# A packet with other flags belongs to no connection.
_KINDS = {
    _SYN: "syn", _SYN | _URG: "syn", _SYN | _ACK: "syn-ack", _FIN | _ACK: "fin", _FIN | _ACK | _URG: "fin", _ACK: "ack", _ACK | _URG: "ack",
    _RST: "rst", _RST | _ACK: "rst",
}  # fmt: skip
_FLAGS = {kind: ranges((f, f) for f in range(256) if _KINDS.get(f & ~_IGNORED) == kind) for kind in _KINDS.values()}
IMPOSSIBLE = ranges((f, f) for f in range(256) if f & ~_IGNORED not in _KINDS)
ORIGINAL, REPLY = 0, 1

_STATES = {
    "SS": "SYN_SENT", "S2": "SYN_SENT2", "SR": "SYN_RECV", "ES": "ESTABLISHED", "FW": "FIN_WAIT", "CW": "CLOSE_WAIT", "LA": "LAST_ACK",
    "TW": "TIME_WAIT", "CL": "CLOSE",
}  # fmt: skip
# What becomes of each of those states, in that order. `=`: the packet belongs to the connection and changes nothing; `-`: it is INVALID.
_NEXT = {
    #                     SS S2 SR ES FW CW LA TW CL
    ("syn", ORIGINAL):   "SS S2 =  =  =  =  =  SS SS",
    ("syn", REPLY):      "S2 S2 -  -  -  -  -  SS -",
    ("syn-ack", ORIGINAL): "- SR SR -  -  -  -  -  -",
    ("syn-ack", REPLY):  "SR SR =  =  =  =  =  =  =",
    ("fin", ORIGINAL):   "-  -  FW FW LA LA LA TW CL",
    ("fin", REPLY):      "-  -  FW FW LA LA LA TW CL",
    ("ack", ORIGINAL):   "-  -  ES ES CW CW TW TW CL",
    ("ack", REPLY):      "=  =  SR ES CW CW TW TW CL",
    ("rst", ORIGINAL):   "CL CL CL CL CL CL CL CL CL",
    ("rst", REPLY):      "CL CL CL CL CL CL CL CL CL",
}  # fmt: skip
_TABLE = {
    (*way, old): new if new in "=-" else _STATES[new] for way, row in _NEXT.items() for old, new in zip(_STATES.values(), row.split(), strict=True)
}


@dataclass(frozen=True, slots=True)
class Tcp:
    """The state of a connection. `last` is the kind and direction of the packet that counted last; `closing`: it began to end by a FIN;
    `crossed`: both sides sent a SYN; `challenged`: a SYN came before the last ACK, which may then be an answer to that."""

    state: str
    last: tuple[str, int]
    closing: bool = False
    crossed: bool = False
    challenged: bool = False

    def after(self, flags: int, direction: int) -> Tcp | None:
        """The state after a packet; None where that is INVALID."""
        kind = _KINDS.get(flags & ~_IGNORED, "")
        new, way, old = _TABLE.get((kind, direction, self.state), "-"), (kind, direction), self.state
        if new == "-":
            return None
        if new == "=" or (new == "SYN_SENT" and old in ("TIME_WAIT", "CLOSE")):
            if kind == "syn-ack" and self.last == ("syn", 1 - direction):  # the two are in step, and what was remembered of them was not
                return replace(self, state="SYN_RECV", last=way, closing=False)
            if way == ("syn", ORIGINAL):
                return replace(self, last=way, crossed=False, challenged=old == "LAST_ACK")
            return replace(self, last=way)
        if self.challenged and old == "LAST_ACK" and way == ("ack", 1 - self.last[1]) and self.last[0] == "syn":
            return replace(self, challenged=False)
        if new == "SYN_RECV" and way == ("ack", REPLY) and self.crossed:
            new = "ESTABLISHED"
        closing = self.closing or (new == "FIN_WAIT" and old != new)
        return replace(self, state=new, last=way, closing=closing, crossed=self.crossed or new == "SYN_SENT2")

    def invalid(self, direction: int) -> Ranges:
        """The flags of packets that are INVALID in that direction."""
        wrong = [flags.parts for kind, flags in _FLAGS.items() if _TABLE[kind, direction, self.state] == "-"]
        return ranges(part for parts in (IMPOSSIBLE.parts, *wrong) for part in parts)

    def reopens(self, direction: int) -> Ranges:
        """The flags of packets for which the connection is forgotten, so that they open another."""
        ended = self.state in ("TIME_WAIT", "CLOSE") and _TABLE["syn", direction, self.state] == "SYN_SENT"
        return _FLAGS["syn"] if ended and (self.closing or self.last == ("rst", direction)) else Ranges(())


def opening(loose: bool) -> Ranges:
    """The flags of a packet that opens a connection: a SYN's, and (tcp_loose) those of an ACK from the middle of one."""
    return ranges((*_FLAGS["syn"].parts, *(_FLAGS["ack"].parts if loose else ())))


def opened(flags: int) -> Tcp | None:
    """The state of a connection that began with such a packet; None where conntrack would not let it."""
    kind = _KINDS.get(flags & ~_IGNORED, "")
    state = {"syn": "SYN_SENT", "ack": "ESTABLISHED"}.get(kind)
    return None if state is None else Tcp(state, (kind, ORIGINAL))
