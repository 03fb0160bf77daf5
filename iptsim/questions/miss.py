"""The nearest miss: the rule with the other verdict that failed on the fewest tests, and what would have to be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from iptsim.effect import Accept, Goto, Jump
from iptsim.extension import Given, Match
from iptsim.head import Head
from iptsim.matches.tcp import Tcp
from iptsim.matches.udp import Udp
from iptsim.names import ESTABLISHED, NEW, RELATED
from iptsim.packet import FIELDS, flags_text, mac_text, top_of
from iptsim.predicate import ALWAYS, NO, Name, Pred, Test, atoms, given, holds, tests
from iptsim.questions.explanation import Miss
from iptsim.ruleset import Rule, Ruleset
from iptsim.targets.accept import Accept as AcceptTarget
from iptsim.trace import Fate, Trace, Verdict
from iptsim.values import PROTOCOL, Net, ip_text
from iptsim.walk import end_of

_MOST = 4  # a rule that fails on more tests is no near miss


@dataclass(frozen=True, slots=True)
class Failed:
    """One test of a rule that the packet fails: the option (None: a whole match), what it asks, and in which rule it stands."""

    rule: Rule
    row: Given | None
    pred: Pred

    @property
    def weight(self) -> int:
        """Being the answer of a connection, or coming over loopback, is another kind of packet: that is farther away than another port."""
        return 2 if any(_other_kind(test) for test in tests(self.pred)) else 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that would let the packet through, and what the packet fails of it and of the jumps that lead there."""

    rule: Rule
    failed: tuple[Failed, ...]
    passed: int


def nearest_miss(ruleset: Ruleset, trace: Trace, asked: Mapping[str, Any]) -> Miss | None:
    """Of a packet that a rule or policy dropped or rejected; None for any other, and where no rule comes near."""
    if trace.fate not in (Fate.DROPPED, Fate.REJECTED) or trace.decided_by is None or trace.decided_by.startswith("kernel:"):
        return None
    end = end_of(ruleset, trace.packet)
    table, hook = trace.decided_by.split(":")[0], end.hook
    found = list(_candidates(ruleset, table, hook, end.now))
    if not found:
        return None
    best = min(found, key=lambda c: (sum(f.weight for f in c.failed), -c.passed))
    if sum(failed.weight for failed in best.failed) > _MOST:
        return None
    fix = _fix(ruleset, trace, best, asked, end.now)
    if not best.failed:
        return Miss(best.rule, None, _why_not(trace, best.rule), (), fix)
    first, *others = best.failed
    notes = tuple(_said(f, end.now, ruleset.family) for f in others) + _rewritten(trace, best.failed)
    return Miss(first.rule, _columns(first), _said(first, end.now, ruleset.family), notes, fix)


# ---------------------------------------------------------------- looking for it
def _candidates(ruleset: Ruleset, table: str, hook: str, now: Mapping[str, object]) -> Iterator[Candidate]:
    """Every accepting rule that the hook can lead to, each chain once, by the jumps that fail least."""
    chains = ruleset.tables[table].chains
    todo: list[tuple[str, tuple[Failed, ...]]] = [(hook, ())] if hook in chains else []
    seen: set[str] = set()
    while todo:
        todo.sort(key=lambda entry: -sum(f.weight for f in entry[1]))
        name, above = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for rule in chains[name].rules:
            what = rule.target.effect if rule.target else None
            if not isinstance(what, Accept | Jump | Goto):
                continue
            failed, passed = _failures(rule, now)
            if len(above) + len(failed) > _MOST:
                continue
            if isinstance(what, Accept):
                yield Candidate(rule, (*above, *failed), passed)
            elif what.chain in chains:
                todo.append((what.chain, (*above, *failed)))


def _failures(rule: Rule, now: Mapping[str, object]) -> tuple[tuple[Failed, ...], int]:
    """The tests that the packet fails, and how many it passes."""
    failed, passed = [], 0
    for part in (rule.head, *rule.matches):
        if part is None:
            continue
        for row, pred in _asks(part):
            if holds(pred, now) is NO:
                failed.append(Failed(rule, row, pred))
            else:
                passed += 1
    return tuple(failed), passed


def _asks(part: Match) -> list[tuple[Given | None, Pred]]:
    """What each option asks; of a match whose options only say it together, what it asks as a whole."""
    rows = [(row, given(row.option.asks(row.value), row.negated)) for row in part.given if row.option.asks]
    if rows and len(rows) == len(part.given):
        return [*rows]
    return [(None, part.predicate)] if part.predicate != ALWAYS else []


def _other_kind(test: Test) -> bool:
    if test.field == "ctstate":
        return (ESTABLISHED in test.values or RELATED in test.values) and NEW not in test.values
    return test.field in ("in_interface", "out_interface") and test.values == Name("lo")


# ---------------------------------------------------------------- saying it
def _why_not(trace: Trace, rule: Rule) -> str:
    """Why a rule did not decide that fails on nothing: it was passed over for what is not known, or never reached."""
    asked = atoms(rule.predicate)
    end = trace.rule
    before = end is not None and end.chain == rule.chain and rule.number < end.number
    left = {f"{rule.table}:{rule.chain}:return", f"{rule.table}:{rule.chain}:policy"}
    if asked and (before or any(step.id in left for step in trace.steps)):
        return f"it did not match here: {asked[0].reason}"
    return f"never reached: {trace.decided_by} decides before it"


def _columns(failed: Failed) -> tuple[int, int] | None:
    """Where the option stands in the rule's line, if it is written as iptables-save writes it."""
    if failed.row is None:
        return None
    text = failed.row.option.save(failed.row.value, failed.row.negated)
    at = failed.rule.source.line(failed.rule.line).find(text) if text else -1
    return (at + 1, at + 1 + len(text)) if at >= 0 else None


def _said(failed: Failed, now: Mapping[str, object], family: int) -> str:
    """What the packet has instead."""
    known = [test for test in tests(failed.pred) if isinstance(now.get(test.field), int | str)]
    if not known:
        return "this does not hold here"
    wrong = next((test for test in known if now[test.field] not in test.values), known[0])
    return f"{FIELDS[wrong.field].asked} is {_value(wrong.field, now[wrong.field], family)} here"


def _value(field: str, value: Any, family: int) -> str:
    spec = FIELDS[field]
    if spec.kind == "address":
        return ip_text(value, family)
    if spec.names:
        return spec.names[int(value)]
    if spec.kind == "bits":
        return f"{value:#x}"
    if field == "tcp_flags":
        return flags_text(value)
    if field == "mac_source":
        return mac_text(value)
    if field == "proto":
        return PROTOCOL.save(value)
    return str(value) or "none"


def _rewritten(trace: Trace, failed: tuple[Failed, ...]) -> tuple[str, ...]:
    """Where a field that failed got its value on the way."""
    fields = {test.field for f in failed for test in tests(f.pred)}
    notes = []
    for step in trace.steps:
        for field in sorted(fields & set(step.changes)):
            before = getattr(trace.packet, field, None)
            place = f" ({step.rule.span})" if step.rule else ""
            notes.append(f"{step.id}{place} rewrote {FIELDS[field].asked} from {before if before is not None else 'another'}")
    return tuple(notes)


# ---------------------------------------------------------------- a command that helps
def _fix(ruleset: Ruleset, trace: Trace, best: Candidate, asked: Mapping[str, Any], now: Mapping[str, object]) -> str | None:
    """A command after which the packet gets through: it is put to the changed ruleset, and only said if it does."""
    assert trace.decided_by is not None
    table, rest = trace.decided_by.split(":", 1)
    chain, _, number = rest.rpartition(":rule:") if ":rule:" in rest else (rest.removesuffix(":policy"), "", "")
    if not best.failed and number and best.rule.chain == chain and best.rule.number > int(number):
        rule = best.rule
    elif not best.failed:
        return None
    else:
        rule = _rule_for(ruleset, (table, chain), asked, now)
    at = int(number) if number else len(ruleset.tables[table].chains[chain].rules) + 1
    changed = _with(ruleset, table, chain, at, rule)
    if changed.walk(trace.packet).verdict is not Verdict.ACCEPT:
        return None
    where = f"-I {chain} {number}" if number else f"-A {chain}"
    program = "iptables" if ruleset.family == 4 else "ip6tables"
    rule_text = rule.canonical.removeprefix(f"-A {chain}").strip()
    return f"{program}{'' if table == 'filter' else f' -t {table}'} {where} {rule_text}"


def _rule_for(ruleset: Ruleset, chain: tuple[str, str], asked: Mapping[str, Any], now: Mapping[str, object]) -> Rule:
    """An accepting rule for just what was asked, as the packet is where it was dropped."""
    top = top_of("src", ruleset.family)
    rows = []
    for option, field in ((Head.src, "src"), (Head.dst, "dst"), (Head.in_interface, "in_interface"), (Head.proto, "proto")):
        value = now.get(field)
        if value not in (None, "") and (field in asked or field in ("proto", "in_interface")):
            rows.append(Given(option, Net(value, top, ruleset.family) if field in ("src", "dst") and isinstance(value, int) else value))
    ported = {6: Tcp, 17: Udp}.get(now.get("proto"))  # type: ignore[call-overload]  # an int, or nothing is found
    port = now.get("dport")
    matches = (ported((Given(ported.dport, (port, port)),)),) if ported and "dport" in asked else ()
    return Rule(*chain, 0, Head(tuple(rows)), matches, AcceptTarget(), None, ruleset.source, 0)


def _with(ruleset: Ruleset, table: str, chain: str, at: int, rule: Rule) -> Ruleset:
    """The ruleset with one rule more."""
    old = ruleset.tables[table].chains[chain]
    rules = [*old.rules[: at - 1], rule, *old.rules[at - 1 :]]
    numbered = tuple(r._replace(number=n) for n, r in enumerate(rules, 1))
    chains = {**ruleset.tables[table].chains, chain: replace(old, rules=numbered)}
    tables = {**ruleset.tables, table: replace(ruleset.tables[table], chains=chains)}
    return replace(ruleset, tables=tables, _memo={})
