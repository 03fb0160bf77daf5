"""What happened to a packet, as data: a Trace and its Steps. Nothing here prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iptsim.packet import Packet
    from iptsim.ruleset import Rule


class Verdict(StrEnum):
    """How it ends. MIXED is said only of an explanation whose cases differ."""

    ACCEPT = "ACCEPT"
    DROP = "DROP"
    REJECT = "REJECT"
    QUEUE = "QUEUE"
    UNDECIDED = "UNDECIDED"
    MIXED = "MIXED"


class Fate(StrEnum):
    """Where it ends: `lost` is dropped by the stack outside the rules."""

    DELIVERED = "delivered"
    SENT = "sent"
    DROPPED = "dropped"
    REJECTED = "rejected"
    LOST = "lost"
    QUEUED = "queued"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the kernel did: `id` as its TRACE prints it (`nat:PREROUTING:rule:2`), or `kernel:NAME` outside the rules.

    `effect` is accept, drop, reject, queue, return, jump, goto, continue, rewrite, policy, end, or note; `changes` are the fields that this
    step gave new values, in the packet's own terms (None: changed to a value that is not known); `hook` is where the packet was.
    """

    id: str
    hook: str
    effect: str
    rule: Rule | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    depth: int = 0
    policy_line: int | None = None

    @property
    def line(self) -> int | None:
        """The line of the dump that it comes from: the rule's, or the one that sets the policy."""
        return self.rule.line if self.rule else self.policy_line

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Trace:
    """One packet's way: `packet` as it came in, `out` as it left or was delivered (None if it did not), and each step between.

    `decided_by` is the step id that dropped, rejected, queued or lost it; of a packet that gets through, the last filter step of its way
    (None where no filter table was met). `unknown` says what would have to be known where the verdict is UNDECIDED.
    """

    verdict: Verdict
    fate: Fate
    decided_by: str | None
    packet: Packet
    out: Packet | None
    steps: tuple[Step, ...]
    unknown: tuple[str, ...] = ()
    answer: str | None = None

    @property
    def rule(self) -> Rule | None:
        """The rule that decided; None where a policy or the kernel did."""
        return next((step.rule for step in reversed(self.steps) if step.id == self.decided_by and step.rule), None)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __str__(self) -> str:
        ids = " ".join(step.id for step in self.steps)
        return f"{self.verdict} ({self.fate}) by {self.decided_by}: {ids}"

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON schema iptsim/explain/1: the part of a case that one packet fills."""
        return {
            "verdict": str(self.verdict),
            "fate": str(self.fate),
            "decided_by": self.decided_by,
            "line": next((step.line for step in reversed(self.steps) if step.id == self.decided_by), None),
            "reason": self.answer,
            "steps": [step_dict(step) for step in self.steps],
            "out": out_dict(self.out) if self.out else None,
            "unknown": list(self.unknown),
        }


def step_dict(step: Step) -> dict[str, Any]:
    """A step as in the JSON."""
    out: dict[str, Any] = {"id": step.id, "hook": step.hook, "effect": step.effect}
    if step.line:
        out["line"] = step.line
    if step.rule:
        out["text"] = step.rule.text
    if step.changes:
        out["changes"] = dict(step.changes)
    if step.note:
        out["note"] = step.note
    return out


def out_dict(packet: Packet) -> dict[str, Any]:
    """The packet as it left, as in the JSON: `interface` is the one it left by."""
    shown = packet.to_dict()
    out = {"interface": shown.get("out_interface")}
    keys = ("src", "dst", "proto", "sport", "dport", "icmp_type", "mark")
    return out | {key: shown[key] for key in keys if key in shown}
