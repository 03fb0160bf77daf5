"""One rule line to its typed parts: quickly by what is remembered, else by lark, which alone decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import TypeVar

from lark import Token
from lark.exceptions import UnexpectedInput

from iptsim import matches, targets
from iptsim.extension import Extension, Given, Goto, Jump, Match, OpaqueMatch, OpaqueTarget, Option, Target
from iptsim.head import Head
from iptsim.reader.faults import Fault
from iptsim.reader.language import Language, Segment, by_flag, language, unique
from iptsim.reader.plans import LinePlan, Plan, Slots, Values, plan
from iptsim.reader.words import is_open, split, unquoted

Part = TypeVar("Part", OpaqueMatch, OpaqueTarget)
# What a rule line says: chain, head, matches, target.
Parts = tuple[str, Match | None, tuple[Match, ...], Target | None]

_LEADS = ("-m", "--match", "-j", "--jump", "-g", "--goto")

# The matches and the targets that a dump names.
Names = tuple[frozenset[str], frozenset[str]]


class Memory:
    """What is remembered while one file is read: segments by their text, plans by what they begin with, values by their word."""

    def __init__(self, family: int) -> None:
        self.family = family
        self.matches: dict[str, Match] = {}
        self.heads: dict[str, list[Plan]] = {}
        self.plans: dict[str, list[Plan]] = {}
        self.values: dict[tuple[Option, bool], Values] = {}
        self.opaque = False  # is there a part that iptsim does not know
        self.saved = False  # a kernel took these rules: what cannot be read in them is not known, rather than wrong
        self.unread: dict[tuple[str, str], str] = {}  # of such parts, by name and words, what is odd


class RuleReader:
    """Reads the rules of one table. `chains` are those it declares: they come before targets of the same name.

    With `remember` off every line goes to lark; the result is the same, and a test holds it to that.
    """

    def __init__(self, memory: Memory, names: Names, chains: Collection[str], remember: bool = True) -> None:
        self.memory = memory
        self.chains = chains
        self.remember = remember
        self.targets: dict[str, Target] = {}
        self.jumps: set[str] = set()  # of -j and -g: those to a chain that lark has parsed
        self.names = names
        self.language = self._language()
        self._last = Plan("(?!)", lambda words: Head())

    def _language(self) -> Language:
        asked, aims = self.names
        return language(self.memory.family, asked, frozenset(name for name in aims if name not in self.chains))

    def knows(self, asked: frozenset[str], aims: frozenset[str]) -> None:
        """Make sure that the language has these extensions, where there are such."""
        more = (
            self.names[0] | {name for name in asked - self.names[0] if matches.find(name)},
            self.names[1] | {name for name in aims - self.names[1] if targets.find(name)},
        )
        if more != self.names:
            self.names = more
            self.language = self._language()

    def renamed(self, old: str, new: str) -> None:
        """A chain has another name from here on."""
        self.chains = {new, *(name for name in self.chains if name != old)}
        self.targets.clear()
        self.language = self._language()

    # ---------------------------------------------------------------- by memory
    def quick(self, line: str) -> Parts | None:
        """The parts of a line whose shapes are known, None where one is not."""
        body, jump, aim = line.rpartition(" -j ")
        target = self.targets.get(aim)
        if not jump:
            body, target = self._without_jump(line)
        elif target is None and (target := self._target(aim)) is None:
            return None
        if body[:3] != "-A ":
            return None
        asked: tuple[Match, ...] = ()
        if " -m " in body:
            body, *texts = body.split(" -m ")
            found = []
            for text in texts:
                match = self.memory.matches.get(text)
                if match is None and (match := self._match(text)) is None:
                    return None
                found.append(match)
            asked = tuple(found)
        chain, _, text = body[3:].partition(" ")
        if '"' in chain:
            return None
        if not text:
            return chain, None, asked, target
        last = self._last
        try:
            if fit := last.fits(text):
                return chain, last.make(fit.groups()), asked, target  # type: ignore[return-value]  # plans of the head make heads
            return self._other_head(chain, text, asked, target)
        except ValueError:
            return None

    def _without_jump(self, line: str) -> tuple[str, Target | None]:
        """Of a line without -j: what stands before -g, and where that goes; the whole line, if it only counts; nothing, if it is not known."""
        body, goto, aim = line.rpartition(" -g ")
        if not goto:
            return line, None
        target = self.targets.get("-g " + aim)
        if target is None and "-g" in self.jumps and aim in self.chains:
            target = self.targets["-g " + aim] = Goto(aim)
        return (body, target) if target else ("", None)

    def _other_head(self, chain: str, text: str, asked: tuple[Match, ...], target: Target | None) -> Parts | None:
        """A head that is not of the same shape as the one before."""
        for known in self.memory.heads.get(_head_key(text), ()):
            if fit := known.fits(text):
                self._last = known
                return chain, known.make(fit.groups()), asked, target  # type: ignore[return-value]
        return None

    def _match(self, text: str) -> Match | None:
        """A match of a shape that is known."""
        made = _made(self.memory.plans.get(text.partition(" ")[0], ()), text)
        if made is not None:
            self.memory.matches[text] = made  # type: ignore[assignment]  # plans of -m make matches
        return made  # type: ignore[return-value]

    def _target(self, text: str) -> Target | None:
        """A target of a shape that is known."""
        name = text.partition(" ")[0]
        if name in self.chains:
            if name != text or "-j" not in self.jumps:
                return None
            jump = self.targets[text] = Jump(text)
            return jump
        made = _made(self.memory.plans.get("-j " + name, ()), text)
        if made is not None:
            self.targets[text] = made  # type: ignore[assignment]  # plans of -j make targets
        return made  # type: ignore[return-value]

    def line_plan(self, line: str) -> LinePlan | None:
        """The plan for lines like this one, which `quick` has just read."""
        body, jump, aim = line.rpartition(" -j ")
        first, *texts = body.split(" -m ")
        chain, _, text = first[3:].partition(" ")
        asked = [_fitting(self.memory.plans.get(text.partition(" ")[0], ()), text) for text in texts]
        if not jump or None in asked or (text and not self._last.fits(text)):
            return None
        return LinePlan(chain, self._last if text else None, [known for known in asked if known], jump + aim)

    # ---------------------------------------------------------------- by lark
    def slow(self, line: str) -> Parts:
        """The parts of a line in canonical order, by lark; its shapes are remembered. Raises Fault."""
        words = split(line)
        if words and is_open(words[-1].raw):
            raise Fault("the quote is not closed", words[-1].start, words[-1].end, hint='put a " where the text ends')
        named = {(word.text, then.text) for word, then in pairwise(words) if word.text in ("-m", "--match", "-j", "--jump")}
        self.knows(frozenset(name for flag, name in named if "m" in flag[:3]), frozenset(name for flag, name in named if "j" in flag[:3]))
        try:
            parsed = self.language.parse(words)
        except UnexpectedInput as error:
            from iptsim.reader.diagnose import explain

            raise explain(error, words, self.language) from None
        head = self._head(parsed.head, line) if parsed.head else None
        found = tuple(self._asked(segment, line) for segment in parsed.matches)
        return unquoted(parsed.chain), head, found, self._aim(parsed.target, line) if parsed.target else None

    def partly(self, line: str) -> Parts:
        """The parts of a line that a kernel took and that is not read as a whole, each by itself: those that cannot be read are not known. Raises
        Fault where that is the head."""
        words = split(line)
        starts = [word.start for word in words[2:] if word.text in _LEADS]
        edges = [*starts, len(line)]
        begin = line[: edges[0]].rstrip()
        chain, head, *_ = self.quick(begin) or self.slow(begin)
        asked: list[Match] = []
        target: Target | None = None
        for start, end in pairwise(edges):
            _, _, found, aim = self._alone(words[0].raw + " " + words[1].raw, line[start:end].rstrip())
            if aim and target:
                raise Fault("a rule has one target, and it comes last", start, end)
            asked += found
            target = aim or target
        return chain, head, tuple(asked), target

    def _alone(self, begin: str, part: str) -> Parts:
        """A rule of nothing but that part."""
        try:
            return self.quick(f"{begin} {part}") or self.slow(f"{begin} {part}")
        except Fault as fault:
            lead, *rest = split(part)
            if not rest or lead.text in _LEADS[4:]:
                raise
            name, text = rest[0].text, part[rest[1].start :] if rest[1:] else ""
            if lead.text in _LEADS[:2]:
                return begin, None, (self._unread(OpaqueMatch(name, text), fault),), None
            return begin, None, (), self._unread(OpaqueTarget(name, text), fault)

    def _head(self, segment: Segment, line: str) -> Head:
        made, slots = self._extension(segment, Head)
        text = _text(segment, line)
        self._learn(self.memory.heads, _head_key(text), text, plan(Head, self.memory.family, [], segment.tokens, slots))
        return made  # type: ignore[return-value]

    def _asked(self, segment: Segment, line: str) -> Match:
        text = _text(segment, line)
        name = unquoted(segment.lead[1])
        words = line[segment.tokens[0].start_pos : segment.end] if segment.tokens else ""
        if segment.kind is None:
            self.memory.opaque = True
            return self.memory.matches.setdefault(text, OpaqueMatch(name, words))
        try:
            made, slots = self._extension(segment, segment.kind)
        except Fault as fault:
            return self.memory.matches.setdefault(text, self._unread(OpaqueMatch(name, words), fault))
        self._learn(self.memory.plans, name, text, plan(segment.kind, self.memory.family, [name], segment.tokens, slots))
        return self.memory.matches.setdefault(text, made)  # type: ignore[arg-type]

    def _aim(self, segment: Segment, line: str) -> Target:
        text = _text(segment, line)
        name = unquoted(segment.lead[1])
        if segment.lead[0].type == "GOTO":
            self.jumps.add("-g")
            return self.targets.setdefault("-g " + text, Goto(name))
        words = line[segment.tokens[0].start_pos : segment.end] if segment.tokens else ""
        if segment.kind is not None:
            try:
                made, slots = self._extension(segment, segment.kind)
            except Fault as fault:
                return self.targets.setdefault(text, self._unread(OpaqueTarget(name, words), fault))
            self._learn(self.memory.plans, f"-j {name}", text, plan(segment.kind, self.memory.family, [name], segment.tokens, slots))
            return self.targets.setdefault(text, made)  # type: ignore[arg-type]
        for token in segment.tokens:
            if token in ("-m", "-j", "-g"):
                raise Fault("a rule has one target, and it comes last", token.start_pos or 0, token.end_pos or 0)
        if name in self.chains:
            if segment.tokens:
                raise Fault(f"a jump to the chain {name} takes no options", segment.tokens[0].start_pos or 0, segment.end)
            self.jumps.add("-j")
            return self.targets.setdefault(text, Jump(name))
        self.memory.opaque = True
        return self.targets.setdefault(text, OpaqueTarget(name, words))

    def _unread(self, part: Part, fault: Fault) -> Part:
        """A part that iptsim knows but cannot read, in rules that a kernel took. Raises the fault otherwise."""
        if not self.memory.saved:
            raise fault
        self.memory.opaque = True
        self.memory.unread[part.name, part.text] = fault.message
        return part

    def _learn(self, where: dict[str, list[Plan]], key: str, text: str, new: Plan) -> None:
        """Remember a shape, unless the text has blanks that no plan knows or a known plan fits it."""
        if self.remember and new.fits(text) and not any(old.fits(text) for old in where.get(key, ())):
            where.setdefault(key, []).append(new)

    def _extension(self, segment: Segment, kind: type[Extension]) -> tuple[Extension, Slots]:
        """What the tokens give; with the values that were asked, for a plan. Raises Fault."""
        flags = by_flag(kind, self.memory.family)
        given: list[Given] = []
        slots: Slots = []
        places: dict[str, Token] = {}
        at, tokens = 0, segment.tokens
        while at < len(tokens):
            negated = tokens[at].type == "NOT"
            flag = tokens[at + negated]
            option = flags[unquoted(flag)]
            count = option.value.words if option.value else 0
            words = tokens[at + negated + 1 : at + negated + 1 + count]
            if option.flag in places and not option.repeats:
                raise Fault(f"{option.flag} is given twice", flag.start_pos or 0, flag.end_pos or 0)
            places[option.flag] = flag
            values = self.memory.values.setdefault((option, negated), Values(option, negated, self.memory.family))
            try:
                given.append(values.read(tuple(words)))
            except ValueError as error:
                expected = option.value.name if option.value else ""
                raise Fault(str(error), words[0].start_pos or 0, words[-1].end_pos or 0, expected=expected) from None
            slots.append((values, count))
            at += negated + 1 + count
        self._check(segment, kind, places)
        made = kind(tuple(given), self.memory.family)
        if problem := made.problem():
            start = segment.lead[0] if segment.lead else tokens[0]
            raise Fault(problem, start.start_pos or 0, segment.end)
        return made, slots

    def _check(self, segment: Segment, kind: type[Extension], places: dict[str, Token]) -> None:
        """Which options go together: a matter of the shape, so asked once for each."""
        for option in unique(kind, self.memory.family):
            if option.flag in places:
                here = places[option.flag]
                for other in option.excludes:
                    if other in places:
                        raise Fault(f"{option.flag} and {other} exclude each other", here.start_pos or 0, here.end_pos or 0)
                if option.needs and not any(other in places for other in option.needs):
                    raise Fault(f"{option.flag} needs {' or '.join(option.needs)}", here.start_pos or 0, here.end_pos or 0)
            elif option.required:
                first = segment.lead[0]
                what = f"-m {kind.name}" if issubclass(kind, Match) else f"-j {kind.name}"
                expected = option.value.name if option.value else ""
                raise Fault(f"{what} needs {option.flag}", first.start_pos or 0, segment.lead[1].end_pos or 0, expected=expected)


def _head_key(text: str) -> str:
    """What heads of one shape have in common, so that few plans are tried."""
    return f"{text.count(' ')}{text[:2]}"


def _fitting(plans: Iterable[Plan], text: str) -> Plan | None:
    return next((known for known in plans if known.fits(text)), None)


def _made(plans: Iterable[Plan], text: str) -> Extension | None:
    """What the first plan that fits makes of a segment; None where none fits or the value is wrong."""
    for known in plans:
        if fit := known.fits(text):
            try:
                return known.make(fit.groups())
            except ValueError:
                return None
    return None


def _text(segment: Segment, line: str) -> str:
    """The segment as it is written, without its -m, -j or -g."""
    return line[(segment.lead[1:] or segment.tokens)[0].start_pos : segment.end]
