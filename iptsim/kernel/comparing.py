"""Two traces of one packet, the walk's and the kernel's: where they differ."""

from __future__ import annotations

from iptsim.effect import Translate
from iptsim.names import INVALID
from iptsim.trace import Fate, Trace, Verdict

_FIELDS = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "length", "ttl", "tos", "mark", "connmark",
           "physdev_out")  # fmt: skip


def steps(trace: Trace) -> list[str]:
    """The ids of the steps that the kernel tells of: those in tables, not what the stack does between them."""
    return [step.id for step in trace if not step.id.startswith("kernel:")]


def differences(walked: Trace, seen: Trace) -> list[str]:
    """What the walk says otherwise than the kernel, a line each.

    Where the walk is undecided, or hands the packet to user space, it is its way up to there that counts.
    """
    ours, theirs = steps(walked), steps(seen)
    stopped = walked.verdict in (Verdict.UNDECIDED, Verdict.QUEUE)
    if walked.verdict is Verdict.UNDECIDED and ours and walked.decided_by == ours[-1] and len(theirs) == len(ours) - 1:
        ours = ours[:-1]  # of a rule that takes the packet away nft's trace does not tell
    if ours != (theirs[: len(ours)] if stopped else theirs):
        return [_first(ours, theirs)]
    if stopped:
        return []
    found = []
    if _unaddressed(walked) and seen.fate is Fate.LOST:
        return []
    if (walked.verdict, walked.fate) != (seen.verdict, seen.fate):
        ends = [f"{one.verdict}, {one.fate} ({one.decided_by or 'by no rule'})" for one in (walked, seen)]
        found.append(f"end: {ends[0]}, the kernel says {ends[1]}")
    elif walked.fate is not Fate.LOST and walked.decided_by != seen.decided_by:
        found.append(f"decided by {walked.decided_by}, the kernel says {seen.decided_by}")
    elif walked.fate is Fate.REJECTED and walked.answer != seen.answer and walked.packet.ctstate != INVALID:  # that is sent with a bad checksum
        found.append(f"answer: {walked.answer}, the kernel says {seen.answer}")
    return found + _rewritten(walked, seen)


def _unaddressed(walked: Trace) -> bool:
    """Did a target of NAT drop it for want of an address? The kernel tells that such a rule was met, and nothing of what came of it."""
    last = walked.steps[-1].rule if walked.steps else None
    return walked.fate is Fate.DROPPED and last is not None and last.target is not None and isinstance(last.target.effect, Translate)


def _first(ours: list[str], theirs: list[str]) -> str:
    """The first step that differs."""
    place = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    ends = [way[place] if place < len(way) else "no more" for way in (ours, theirs)]
    return f"step {place + 1}: {ends[0]}, the kernel says {ends[1]}"


def _rewritten(walked: Trace, seen: Trace) -> list[str]:
    """Headers, mark and interface of the packet that got through; what the walk leaves open is not compared."""
    ours, theirs = walked.out, seen.out
    if ours is None or theirs is None:
        return []
    fields = [name for name in _FIELDS if name != "connmark" or ours.ctstate not in (None, INVALID)]  # which have no connection
    names = (*fields, "in_interface" if walked.fate is Fate.DELIVERED else "out_interface")
    pairs = ((name, getattr(ours, name), getattr(theirs, name)) for name in names)
    return [f"{name} of the packet: {a}, the kernel says {b}" for name, a, b in pairs if a is not None and b is not None and a != b]
