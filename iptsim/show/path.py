"""The way of a packet, hook by hook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from iptsim.effect import Translate
from iptsim.show.lines import Line, line
from iptsim.show.outcome import change_lines
from iptsim.show.says import says
from iptsim.source import printable
from iptsim.trace import Step, Trace

_MOST = 44  # how wide the column of step ids may get
_DEEPEST = 8  # levels of jumps that are indented
_INSIDE = {"jump", "goto", "return", "end"}
_ROUTING = "routing"


class Row(NamedTuple):
    """A step as it is shown: where, its id with indent, what it says, a remark, and what it changed."""

    group: str
    id: str
    text: str
    remark: str
    below: tuple[str, ...]


def path_lines(rows: Sequence[Row], start: int = 0) -> list[Line]:
    """Rows under the name of their hook, from row `start` on."""
    wide = min(max((len(row.id) for row in rows[start:] if row.group != _ROUTING), default=0), _MOST) + 2
    out: list[Line] = []
    for group, members in groupby(rows[start:], key=lambda row: row.group):
        if group == _ROUTING:
            out += [line(f"{group}: {row.text}", hang=wide + 4) for row in members]
            continue
        out.append(line(group))
        for row in members:
            out += _row_lines(row, wide)
    return out


def path_rows(trace: Trace, verbose: bool = False) -> list[Row]:
    """The steps of a trace. What returned from a chain without doing anything is one row, unless `verbose`."""
    return list(_rows(trace, verbose))


def _row_lines(row: Row, wide: int) -> Iterator[Line]:
    gap = " " * max(2, wide - len(row.id))
    yield line("  ", row.id, gap, row.text, (row.remark, "dim"), hang=wide + 4)
    for text in row.below:
        yield line(" " * (wide + 2), text, hang=wide + 4)


def _rows(trace: Trace, verbose: bool) -> Iterator[Row]:
    steps, depths = trace.steps, _depths(trace.steps)
    at = 0
    while at < len(steps):
        step = steps[at]
        inside = 0 if verbose else _idle(steps, depths, at)
        if verbose or _matters(step, trace):
            remark = "  (returned)" if inside else ""
            indent = "  " * min(depths[at], _DEEPEST)
            yield Row(_group(step), indent + printable(step.id), _text(step), remark, tuple(_below(step)))
        at += 1 + inside


def _depths(steps: Sequence[Step]) -> list[int]:
    """How deep in chains each step is: a chain is left when a step of one that led to it follows."""
    inside: list[tuple[str, str]] = []
    out = []
    for step in steps:
        here = (step.hook, step.id.rpartition(":rule:")[0] or step.id.rpartition(":")[0])
        if here in inside:
            del inside[inside.index(here) + 1 :]
        elif step.id.startswith("kernel:") or step.hook == here[1].rpartition(":")[2]:
            inside = [here]
        else:
            inside.append(here)
        out.append(len(inside) - 1)
    return out


def _idle(steps: Sequence[Step], depths: Sequence[int], at: int) -> int:
    """How many steps follow a jump in the chains that it leads to, if none of them did anything."""
    if steps[at].effect not in ("jump", "goto"):
        return 0
    count = 0
    for step, depth in zip(steps[at + 1 :], depths[at + 1 :], strict=True):
        if depth <= depths[at]:
            break
        if step.effect not in _INSIDE:
            return 0
        count += 1
    return count


def _matters(step: Step, trace: Trace) -> bool:
    """The end of a chain says nothing, nor does a policy that only let the packet through."""
    return step.effect not in ("end", "policy") or step.id == trace.decided_by


def _group(step: Step) -> str:
    return _ROUTING if step.id.startswith("kernel:") and step.id != "kernel:nat" else step.hook.lower()


def _text(step: Step) -> str:
    if step.rule is None:
        return printable(step.note)
    return printable(step.rule.text.removeprefix(f"-A {step.rule.chain} "))


def _below(step: Step) -> Iterable[str]:
    """What the step did to the packet besides deciding."""
    if step.changes:
        return change_lines(step)
    if step.effect == "rewrite" and step.rule is not None and step.rule.target is not None:
        return ["nothing has to change"] if isinstance(step.rule.target.effect, Translate) else [says(step.rule.target)]
    return []
