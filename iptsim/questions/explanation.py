"""The answer to `explain`, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iptsim.packet import FIELDS, Packet
from iptsim.ruleset import Rule, Ruleset, Warning
from iptsim.trace import Fate, Trace, Verdict, step_dict

if TYPE_CHECKING:
    from iptsim.spaces.space import Space


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the dump does not say and the answer rests on; `origin` is the id of the rule it was read from, None for a kernel's default."""

    text: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """The nearest miss: a later rule with the other verdict that failed on the fewest tests.

    `columns` (half-open, from 1) is the failed option in the rule's line, `label` what the packet has instead, `notes` where it got that,
    `fix` an iptables command that would change the verdict, where one is sure.
    """

    rule: Rule
    columns: tuple[int, int] | None
    label: str
    notes: tuple[str, ...] = ()
    fix: str | None = None


@dataclass(frozen=True)
class Case:
    """One way the flow can go.

    `when` is the set of packets (as they arrive) that go it, `verdict`, `fate` and `decided_by` how they end, `unknown` names what decides
    between this case and others and cannot be known from what was given. The rest is about one of its packets, and is found when it is
    first asked for: `witness`, its `trace`, the `reply`'s trace (None: there is no answer), and the nearest `miss`.
    """

    when: Space
    verdict: Verdict
    fate: Fate
    decided_by: str | None
    unknown: tuple[str, ...]
    _walked: Callable[[], tuple[Packet, Trace, Trace | None]] = field(repr=False, compare=False)
    _missed: Callable[[Trace], Miss | None] = field(repr=False, compare=False)

    @cached_property
    def _one(self) -> tuple[Packet, Trace, Trace | None]:
        return self._walked()

    @property
    def witness(self) -> Packet:
        """One of its packets, complete enough to send."""
        return self._one[0]

    @property
    def trace(self) -> Trace:
        """The witness's way."""
        return self._one[1]

    @property
    def reply(self) -> Trace | None:
        """The way of the answer to the witness."""
        return self._one[2]

    @cached_property
    def miss(self) -> Miss | None:
        """The rule that came nearest to letting the witness through."""
        return self._missed(self.trace)

    @property
    def connection(self) -> str | None:
        """`ok`: both directions pass; `broken`: the request passes, its answer does not; None: there is nothing to say."""
        if self.verdict is not Verdict.ACCEPT or self.reply is None or self.reply.verdict is Verdict.UNDECIDED:
            return None
        return "ok" if self.reply.verdict is Verdict.ACCEPT else "broken"

    def to_dict(self) -> dict[str, Any]:
        reply = self.reply
        return {
            "when": str(self.when),
            "witness": self.witness.to_dict(),
            **self.trace.to_dict(),
            "reply": {"verdict": str(reply.verdict), "decided_by": reply.decided_by, "steps": [step_dict(s) for s in reply.steps]} if reply else None,
            "connection": self.connection,
            "unknown": list(self.unknown),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happens to a flow: its cases, disjoint, and together the whole question. `flow` is what was asked, as it was given.

    `exact` is False where a simplification had to be made that `warnings` names; `reasons` say of each unknown why it is one.
    """

    ruleset: Ruleset
    flow: Mapping[str, Any]
    question: Space
    cases: tuple[Case, ...]
    assumptions: tuple[Assumption, ...] = ()
    warnings: tuple[Warning, ...] = ()
    exact: bool = True
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """That of every case, or MIXED."""
        found = {case.verdict for case in self.cases}
        return found.pop() if len(found) == 1 else Verdict.MIXED

    def to_dict(self) -> dict[str, Any]:
        """The JSON, schema iptsim/explain/1."""
        return {
            "schema": "iptsim/explain/1",
            "file": self.ruleset.source.name,
            "flow": {name: _number(name, _plain(value)) for name, value in self.flow.items()},
            "verdict": str(self.verdict),
            "exact": self.exact,
            "cases": [case.to_dict() for case in self.cases],
            "assumptions": [{"text": a.text, "from": a.origin} for a in self.assumptions],
            "warnings": [{"kind": w.kind, "text": w.text, "line": w.span.line if w.span else None} for w in self.warnings],
        }

    def __str__(self) -> str:
        """The command's text, without colour."""
        from iptsim.show.text import explanation_text

        return explanation_text(self)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def _plain(value: Any) -> Any:
    """A value of a flow as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | bool | float) or value is None else str(value)


def _number(name: str, value: Any) -> Any:
    """Ports, marks and the like are numbers in the JSON, also where they were given as text."""
    numeric = name in FIELDS and FIELDS[name].kind in ("number", "bits") and name not in ("proto", "tcp_flags", "icmp_type", "mac_source")
    return int(value) if numeric and isinstance(value, str) and value.isascii() and value.isdigit() else value
