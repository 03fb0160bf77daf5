"""sctp: the ports and chunks of an SCTP packet."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Match, Option, carries, fact, within

# In the order iptables-save lists them, each with the flag letters it may have (libxt_sctp.c).
CHUNKS = {
    "DATA": "IUBE", "INIT": "", "INIT_ACK": "", "SACK": "", "HEARTBEAT": "", "HEARTBEAT_ACK": "", "ABORT": "T", "SHUTDOWN": "",
    "SHUTDOWN_ACK": "", "ERROR": "", "COOKIE_ECHO": "", "COOKIE_ACK": "", "ECN_ECNE": "", "ECN_CWR": "", "SHUTDOWN_COMPLETE": "T",
    "I_DATA": "IUBE", "RE_CONFIG": "", "PAD": "", "ASCONF": "", "ASCONF_ACK": "", "FORWARD_TSN": "", "I_FORWARD_TSN": "",
}  # fmt: skip


def _chunks(scope: str, text: str) -> tuple[str, str]:
    if scope not in ("any", "all", "only"):
        raise ValueError(f"{scope!r} is not any, all or only")
    if text in ("ALL", "NONE"):
        return scope, text
    found: dict[str, str] = {}
    for part in text.split(","):
        kind, colon, flags = part.partition(":")
        kind = kind.upper()
        if kind not in CHUNKS or not re.fullmatch(f"[{CHUNKS[kind]}]*" if CHUNKS[kind] else "", flags.upper()):
            raise ValueError(f"{part!r} is not an SCTP chunk type: {', '.join(CHUNKS)}")
        found[kind] = f"{kind}{colon}{flags}"
    return scope, ",".join(found[kind] for kind in CHUNKS if kind in found)


CHUNK_TEST = values.Value("any, all or only, and a list of chunk types", _chunks, " ".join, words=2, kind=("words", ("any DATA,INIT", "all ALL")))


class Sctp(Match, name="sctp"):
    """Compare the ports of an SCTP packet, and its chunks, which no flow says: those stay open."""

    protocols = (132,)
    requires = carries(132)

    sport = Option("--sport", values.PORT_RANGE, within("sport"), "the source port is {}", ("--source-port",), True, default=(0, 65535))
    dport = Option("--dport", values.PORT_RANGE, within("dport"), "the destination port is {}", ("--destination-port",), True,
                   default=(0, 65535))  # fmt: skip
    chunks = fact("--chunk-types", CHUNK_TEST, "the list of SCTP chunks is {}", "chunk-types", negatable=True)
