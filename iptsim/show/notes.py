"""What stands below an answer: the nearest miss, what was assumed, what is not known and how to supply it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from iptsim.questions.explanation import Case, Explanation, Miss
from iptsim.ruleset import Ruleset
from iptsim.show.lines import FIXED, Line, line
from iptsim.show.outcome import place
from iptsim.source import printable

_DICE = re.compile(r"[^@]+@(?P<rule>.+:rule:[0-9]+)(?:#[0-9]+)?(?:/.*)?")
# What is not known, by the first word of its name -> the file that tells.
_FILES = {"set": "--ipset FILE tells", "address": "--addr FILE tells", "addrtype": "--addr FILE tells", "type": "--addr FILE tells"}


# ---------------------------------------------------------------- the nearest miss
def miss_lines(miss: Miss, width: int | None) -> list[Line]:
    """The rule, with a caret under what failed, and a command that mends it. Neither is wrapped: a command is there to be copied."""
    rule = miss.rule
    start, end = miss.columns or (0, 0)
    number = str(rule.line)
    margin = " " * len(number)
    text = rule.span.source.line(rule.line)
    before, here = printable(text[: max(start - 1, 0)]), printable(text[start - 1 : end - 1]) if start else ""
    place = f"{printable(rule.span.source.name)}:{rule.line}" + (f":{start}" if start else "")
    out = [line(f"help: rule {rule.number} of {printable(rule.chain)} came closest"), line((f"{margin}--> {place}", "dim"))]
    out.append(line(f"{number} | {printable(text)}", hang=FIXED))
    below = f"{margin} | {' ' * len(before)}{'^' * max(1, len(here))}"
    label = printable(miss.label)
    if start and (width is None or len(below) + len(label) < width):
        out.append(line(f"{below} {label}", hang=FIXED))
    else:
        out += [line(below, hang=FIXED)] * bool(start) + [line(f"{margin} = {label}", hang=len(number) + 3)] * bool(label)
    out += [line(f"{margin} = note: {printable(note)}", hang=len(number) + 3) for note in miss.notes]
    return [*out, line(f"fix: {printable(miss.fix)}", hang=FIXED)] if miss.fix else out


# ---------------------------------------------------------------- what it rests on
def assumed(explanation: Explanation) -> list[Line]:
    """What the dump does not say and the answer rests on, with the rule that it was read from."""
    out = []
    for assumption in explanation.assumptions:
        where = place(explanation.ruleset, assumption.origin)
        origin = f" ({printable(assumption.origin)}{f', {where}' if where else ''})" if assumption.origin else ""
        out.append(line(f"assumed: {printable(assumption.text)}{origin}", hang=9))
    return out


def unknown(explanation: Explanation, shown: Sequence[Case]) -> list[Line]:
    """Everything that decides and cannot be known from what was given, and how to supply it; addresses that the `shown` cases lack."""
    names = dict.fromkeys(name for case in explanation.cases for name in case.unknown)
    named = [name for name in names if explanation.question.world.find(name) is not None]  # the others only say why
    traced = dict.fromkeys(step.note for case in shown for step in case.trace.steps if step.note.startswith("address of "))
    out = [line(f"not known: {printable(name)}{_about(explanation, name)}", hang=11) for name in names]
    if named:
        first = f"'{named[0]}'" if " " in named[0] else named[0]
        out.append(line(f"           to answer one: --assume {printable(first)}=yes (or =no)", hang=FIXED))
    return out + [line(f"not known: the {printable(note)}; --addr FILE tells", hang=11) for note in traced]


def _about(explanation: Explanation, name: str) -> str:
    """Why it is not known, where it is asked for, or which file tells."""
    reason = explanation.reasons.get(name, "")
    return f"{_told(explanation.ruleset, name)}{f': {printable(reason)}' if reason else ''}"


def _told(ruleset: Ruleset, name: str) -> str:
    found = _DICE.fullmatch(name)
    where = place(ruleset, found["rule"]) if found else ""
    told = _FILES.get(re.split("[: ]", name)[0], "")
    return f" ({where})" if where else f"; {told}" if told else ""
