"""What a target does to a packet, as a value. The walk and the spaces read it; nothing here acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from iptsim.predicate import Unknown


@dataclass(frozen=True, slots=True)
class Accept:
    """Done with this table at this hook; the next table goes on."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Gone, without a word."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Gone, and the sender is told: `answer` is the --reject-with word ("icmp-port-unreachable", "tcp-reset")."""

    answer: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Handed to user space, which decides; `bypass` accepts it for this table where nobody listens."""

    number: int = 0
    bypass: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the rule after the jump; from a built-in chain, to the policy."""


@dataclass(frozen=True, slots=True)
class Jump:
    chain: str


@dataclass(frozen=True, slots=True)
class Goto:
    """Like Jump, but what returns from there goes to the caller of this chain."""

    chain: str


@dataclass(frozen=True, slots=True)
class Continue:
    """The next rule. `note` says in a few words what was done besides ("logged")."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The next rule, after these ipsets got or lost members: what is in them is not known from there on."""

    sets: tuple[str, ...]


def members(name: str) -> str:
    """What stands for the members of a set among the fields that a match reads: a rule before it may have changed them."""
    return f"members of {name}"


@dataclass(frozen=True, slots=True)
class Assign:
    """A field gets new bits and the next rule follows: field = (field & ~mask) ^ value, as xt_mark.c, xt_connmark.c, xt_DSCP.c do.

    A connmark is then shifted to the left, or with a negative `shift` to the right. `also` is what is done to another field at once.
    """

    field: str
    value: int
    mask: int
    shift: int = 0
    also: Assign | None = None

    def of(self, old: int) -> int:
        """The value that the field gets."""
        new = (old & ~self.mask) ^ self.value
        return (new << self.shift if self.shift > 0 else new >> -self.shift) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Add:
    """A field is raised, or with a negative `by` lowered, and stays within 0 to 255: TTL and HL (xt_HL.c). The next rule follows."""

    field: str
    by: int


@dataclass(frozen=True, slots=True)
class CopyMark:
    """CONNMARK's exchange: "save" mark to connmark, "restore" connmark to mark (xt_connmark.c).

    `shift` is left where positive, right where negative, and applied to what is copied: the target gets
    (target & ~clear) ^ (shift(source) & keep); see the kernel's connmark_tg_shift for which mask is which.
    """

    direction: Literal["save", "restore"]
    nfmask: int = 0xFFFFFFFF
    ctmask: int = 0xFFFFFFFF
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Untrack:
    """Conntrack will not see it: ctstate UNTRACKED from here on."""


@dataclass(frozen=True, slots=True)
class Template:
    """What conntrack shall know of the connection is tied to the packet: until conntrack looks at it that is its connection, NEW and empty.

    `zone` is the number of the connection's zone, or "mark": the packet's mark, when conntrack looks at it.
    """

    zone: int | str = 0
    note: str = "told conntrack"


@dataclass(frozen=True, slots=True)
class Translate:
    """NAT. `side` is the end that changes: "dst" (DNAT, REDIRECT), "src" (SNAT, MASQUERADE), or "hook" (NETMAP: dst in PREROUTING and
    OUTPUT, src in POSTROUTING and INPUT).

    `to` says the new address: ("range", lo, hi) · ("prefix", value, mask) for NETMAP · "interface" (MASQUERADE: an address of the
    interface it leaves by; REDIRECT: of the one it came in by, or loopback) · None: it keeps its address. `ports` is the inclusive range
    for the new port or None; `base` the first port of --to-destination's /BASE form (new = lo + (dport - base) mod size).
    """

    side: Literal["dst", "src", "hook"]
    to: Any = None
    ports: tuple[int, int] | None = None
    base: int | None = None
    random: bool = False
    persistent: bool = False


@dataclass(frozen=True, slots=True)
class MapPrefix:
    """The address at that end ("src", "dst") gets another prefix: (value, bits) of each. The next rule follows."""

    side: str
    old: tuple[int, int]
    new: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Divert:
    """Accepted, with bits of the mark changed, if there is that socket; else dropped (xt_TPROXY.c)."""

    socket: Unknown
    mark: Assign


@dataclass(frozen=True, slots=True)
class Mystery:
    """A target that iptsim does not know: the packet may end here or go on, changed or not."""

    name: str


Effect = (
    Accept | Drop | Reject | Queue | Return | Jump | Goto | Continue | Change | Assign | Add | CopyMark | Untrack | Template | Translate | MapPrefix
    | Divert | Mystery
)  # fmt: skip
