"""What holds between the parts of a rule, and between chains: what iptables and the kernel would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iptsim.extension import Extension, Jump, Match, OpaqueMatch, OpaqueTarget
from iptsim.head import Head
from iptsim.names import PROTOCOL_NAMES
from iptsim.reader.faults import Report, did_you_mean
from iptsim.reader.spans import extension_span
from iptsim.ruleset import BUILT_IN, Rule

_PROTO = Head.proto


# Targets that other packages bring, or that kernels once had: a name alone is one of these, or a slip.
_FOREIGN = frozenset((
    "ACCOUNT", "BALANCE", "CHAOS", "DELUDE", "DHCPMAC", "DNETMAP", "ECHO", "FLOWOFFLOAD", "FULLCONENAT", "IMQ", "IPMARK",
    "LOGMARK", "MIRROR", "NDPI", "PROTO", "RAWDNAT", "RAWSNAT", "ROUTE", "SAME", "STEAL", "SYSRQ", "TARPIT",
))  # fmt: skip


class Restrictions:
    """Where and beside which -p an extension may stand, for one table. Asked once for each combination."""

    def __init__(self, table: str, report: Report) -> None:
        self.table = table
        self.report = report
        self._unrestricted: set[object] = {type(None)}
        self._fine: set[tuple[object, ...]] = set()
        self._hooked: dict[str, dict[object, tuple[Extension, Rule]]] = {}  # chain -> the extensions in it that only some hooks allow

    def check(self, rule: Rule) -> bool:
        """Report what the tools would refuse in this rule; True if there is nothing."""
        _, chain, _, head, matches, target, *_ = rule
        if not matches and target.__class__ in self._unrestricted:
            return True
        aim = target if target is not None and target.particular else target.__class__
        key = (chain, _protocol(head) if head else None, aim, *[match if match.particular else match.__class__ for match in matches])
        if key not in self._fine:
            if not self._is_fine(rule, key[1]):
                return False
            self._fine.add(key)
        return True

    def _is_fine(self, rule: Rule, protocol: object) -> bool:
        fine = True
        for part in (*rule.matches, rule.target):
            if part is None:
                continue
            kind = part if part.particular else part.__class__
            tables, hooks, protocols = part.place()
            if not (hooks or protocols or (tables and self.table not in tables)):
                self._unrestricted.add(kind)
                continue
            if hooks and (not tables or self.table in tables):
                self._hooked.setdefault(rule.chain, {}).setdefault(kind, (part, rule))
            for problem in self._problems(part, protocol):
                self.report.refuse(problem, extension_span(rule, part))
                fine = False
        return fine

    def _problems(self, part: Extension, protocol: object) -> list[str]:
        found = []
        name = _called(part)
        tables, _, protocols = part.place()
        if tables and self.table not in tables:
            found.append(f"{name} is only for the table {' or '.join(tables)}")
        if protocols and protocol not in protocols:
            wanted = " or ".join(f"-p {PROTOCOL_NAMES.get(number, number)}" for number in protocols)
            found.append(f"{name} needs {wanted}")
        return found

    def hooks(self, reached: Mapping[str, set[str]]) -> None:
        """Report the extensions that a hook reaches which does not allow them."""
        for chain, kinds in self._hooked.items():
            for part, rule in kinds.values():
                hooks = part.place().hooks
                wrong = sorted(reached.get(chain, set()) - set(hooks))
                if wrong:
                    self.report.refuse(
                        f"{_called(part)} is not allowed in {' and '.join(wrong)}, only in {', '.join(hooks)}", extension_span(rule, part)
                    )


def _protocol(head: Match) -> int | None:
    """The -p of a rule, unless it is negated. It comes last, or nearly."""
    for option, value, negated in reversed(head.given):
        if option is _PROTO and not negated:
            return value  # type: ignore[no-any-return]
    return None


def _called(part: Extension) -> str:
    """Its name, and that it is not every one where what it is given decides."""
    name = f"-m {part.name}" if isinstance(part, Match) else f"-j {part.name}"
    return f"{name} with these options" if part.particular and part.place() != Extension.place(part) else name


class Chains:
    """The chains of one table as a graph: jumps to nowhere, loops, and which hooks reach what."""

    def __init__(self, table: str, rules: Mapping[str, list[Rule]], report: Report) -> None:
        self.table = table
        self.rules = rules
        self.report = report
        self.edges = {chain: {t.chain: rule for t, rule in _aims(own) if isinstance(t, Jump)} for chain, own in rules.items()}

    def check(self, restrictions: Restrictions) -> None:
        """Report what the kernel would refuse."""
        for chain in self.rules:
            for aim, rule in self.edges[chain].items():
                if aim not in self.rules:
                    self.report.error(f"{aim} is not a chain of {self.table}", extension_span(rule, rule.target), hint=did_you_mean(aim, self.rules))  # type: ignore[arg-type]
        self._names()
        built_in = [name for name in BUILT_IN[self.table] if name in self.rules]
        reached: dict[str, set[str]] = {}
        for name in built_in:
            for chain in self._reach(name):
                reached.setdefault(chain, set()).add(name)
        restrictions.hooks(reached)

    def _names(self) -> None:
        """Tell a target that iptsim does not know from a slip in the name of a chain."""
        for own in self.rules.values():
            for target, rule in _aims(own):
                if isinstance(target, OpaqueTarget) and not self._is_target(target):
                    hint = did_you_mean(target.name, [*self.rules, "ACCEPT", "DROP", "RETURN", "REJECT", "LOG"])
                    self.report.error(f"{target.name} is neither a chain of {self.table} nor a target", extension_span(rule, target), hint=hint)

    def _is_target(self, target: OpaqueTarget) -> bool:
        return self.report.saved or bool(target.text) or target.name in _FOREIGN

    def _reach(self, start: str) -> set[str]:
        """All chains that a packet in `start` can come to; a loop is reported. Depth first, without recursion: chains may be deep."""
        seen, path = {start}, [(start, iter(self.edges[start].items()))]
        on_path = {start}
        while path:
            chain, rest = path[-1]
            for aim, rule in rest:
                if aim in on_path:
                    self._loop(rule, aim)
                elif aim not in seen and aim in self.edges:
                    seen.add(aim)
                    on_path.add(aim)
                    path.append((aim, iter(self.edges[aim].items())))
                    break
            else:
                on_path.discard(chain)
                path.pop()
        return seen

    def _loop(self, rule: Rule, aim: str) -> None:
        span = extension_span(rule, rule.target)  # type: ignore[arg-type]  # it jumps
        text = f"this closes a loop: {aim} comes to {rule.chain}, and {rule.chain} comes to {aim}" if aim != rule.chain else f"{aim} jumps to itself"
        if not any(warning.span == span for warning in self.report.warnings) and not any(error.span == span for error in self.report.errors):
            self.report.refuse(text, span)


def _aims(rules: list[Rule]) -> list[tuple[Any, Rule]]:
    """Each target once (they are shared), with the first rule that has it."""
    first: dict[int, Rule] = {}
    for rule in rules:
        first.setdefault(id(rule.target), rule)
    return [(rule.target, rule) for rule in first.values()]


def opaque(rules: Mapping[str, list[Rule]], unread: Mapping[tuple[str, str], str], report: Report) -> None:
    """Tell of every part that iptsim does not know, or could not read (`unread` says why)."""
    for own in rules.values():
        for rule in own:
            for part in (*rule.matches, rule.target):
                if isinstance(part, OpaqueMatch | OpaqueTarget):
                    name, does = _called(part), "decides" if isinstance(part, OpaqueMatch) else "does"
                    why = unread.get((part.name, part.text))
                    text = f"{why}: what {name} {does} is UNKNOWN" if why else f"iptsim does not know {name}: what it {does} is UNKNOWN"
                    report.opaque(text, extension_span(rule, part))
