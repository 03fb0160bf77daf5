"""The order of a TCP connection's packets: each row was answered by Linux 6.18, by both backends."""

from __future__ import annotations

import pytest

from iptsim.packet import Packet
from tests.walk.rows import load, packet

RULES = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m ttl --ttl-eq 8 -j DROP
-A FORWARD -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j ACCEPT
COMMIT
"""
STATES = {"filter:FORWARD:rule:1": "D", "filter:FORWARD:rule:2": "N", "filter:FORWARD:rule:3": "E", "filter:FORWARD:rule:4": "I"}

# (about, the state of each packet: NEW, ESTABLISHED, INVALID or Dropped by rule 1, the packets). `>` goes from 192.168.10.5, behind lan0, `<` to it;
# what ends in `!` is dropped after conntrack has seen it.
ROWS = [
    ("a connection opens", "NEEE", "> SYN < SYN,ACK > ACK < ACK"),
    ("an ACK needs a SYN,ACK before it", "NI", "> SYN > ACK"),
    ("so does a FIN", "NI", "> SYN > FIN,ACK"),
    ("a SYN is sent again", "NNE", "> SYN > SYN < SYN,ACK"),
    ("who opens does not answer", "NI", "> SYN > SYN,ACK"),
    ("an ACK may answer a SYN, and nothing is opened", "NEI", "> SYN < ACK > ACK"),
    ("both sides may open", "NEEEE", "> SYN < SYN > SYN,ACK < ACK > ACK"),
    ("after both opened an ACK needs a SYN,ACK too", "NEI", "> SYN < SYN > ACK"),
    ("a SYN of the other side is INVALID once it answered", "NEI", "> SYN < SYN,ACK < SYN"),
    ("SYN,ACK twice", "NEEE", "> SYN < SYN,ACK < SYN,ACK > ACK"),
    ("a SYN in an open connection may be right", "NEEEE", "> SYN < SYN,ACK > ACK > SYN > ACK"),
    ("a SYN,ACK that answers it opens the connection again", "NEEEE", "> SYN < SYN,ACK > ACK > SYN < SYN,ACK"),
    ("a connection is picked up in the middle", "NNEEE", "> ACK > ACK < ACK > ACK < FIN,ACK"),
    ("who is picked up does not answer", "NI", "> ACK > SYN,ACK"),
    ("nothing else is picked up", "IIIN", "> FIN,ACK < SYN,ACK > RST < ACK"),
    ("what is picked up may be the answer", "NEEI", "< ACK > ACK < SYN > SYN"),
    ("a connection that was answered by RST alone is forgotten", "NENE", "> SYN < RST,ACK > SYN < SYN,ACK"),
    ("a RST by who opened it too", "NNN", "> SYN > RST > ACK"),
    ("after a RST an ACK belongs to it", "NEEEE", "> SYN < SYN,ACK > ACK < RST > ACK"),
    ("after a RST of its own a SYN is new", "NEENI", "> SYN < SYN,ACK > RST > SYN > ACK"),
    ("after a RST of the other side it is not", "NEEE", "> SYN < SYN,ACK < RST > SYN"),
    ("a connection closes", "NEEEEEE", "> SYN < SYN,ACK > ACK > FIN,ACK < ACK < FIN,ACK > ACK"),
    ("a closed one opens anew", "NEEEENI", "> SYN < SYN,ACK > FIN,ACK < FIN,ACK > ACK > SYN > ACK"),
    ("from the other side too", "NEEEENE", "> SYN < SYN,ACK > FIN,ACK < FIN,ACK > ACK < SYN > SYN,ACK"),
    ("not before the last ACK", "NEEEEEI", "> SYN < SYN,ACK > FIN,ACK < FIN,ACK > SYN < ACK < SYN"),
    ("the ACK that answers such a SYN is not the last", "NEEEEEE", "> SYN < SYN,ACK > FIN,ACK < FIN,ACK > SYN < ACK > SYN"),
    ("PSH and URG with an ACK do not matter", "NEEE", "> SYN < SYN,ACK > PSH,ACK < URG,ACK"),
    ("impossible flags change nothing", "NEIIE", "> SYN < SYN,ACK > SYN,FIN > NONE > ACK"),
    ("a first packet that is dropped opens nothing", "DIN", "> SYN! < SYN,ACK > ACK"),
    ("a later one counts all the same", "NDE", "> SYN < SYN,ACK! > ACK"),
    ("also one that opens it anew", "NEEDN", "> SYN < SYN,ACK > RST > SYN! > ACK"),
    ("also the RST that ends it", "NDN", "> SYN < RST! > ACK"),
]  # fmt: skip


def sent(text: str) -> list[Packet]:
    """`> SYN < SYN,ACK!` as packets."""
    words = text.split()
    return [_sent(way, flags) for way, flags in zip(words[::2], words[1::2], strict=True)]


def _sent(way: str, flags: str) -> Packet:
    ends = "192.168.10.5:40000 -> 203.0.113.50:80 in lan0" if way == ">" else "203.0.113.50:80 -> 192.168.10.5:40000 in eth0"
    return packet(f"tcp {ends} flags {flags.rstrip('!')}; ttl={9 if flags.endswith('!') else 64}")


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize(("states", "text"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_conntrack_follows_the_order_of_a_connection(states: str, text: str, backend: str) -> None:
    rules, packets = load(RULES, backend), sent(text)
    walked = [rules.walk(packet, after=packets[:n]) for n, packet in enumerate(packets)]
    assert "".join(STATES[str(trace.decided_by)] for trace in walked) == states
