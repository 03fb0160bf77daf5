"""The matches and targets that are known, derived from their classes: what they compare or do, their options, and how exactly they are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from iptsim import matches, targets
from iptsim.effect import Divert, Mystery, Queue, Translate
from iptsim.errors import IptsimError
from iptsim.extension import Extension, Given, Match, Option, Target
from iptsim.predicate import Unknown, atoms
from iptsim.show.says import summary
from iptsim.source import printable
from iptsim.values import Value

EXACT, HOST, DICE, OPEN, USER = "exact", "needs a host file", "history or dice", "open", "user space decides"
PART = "where fields tell"
MEANING = {
    EXACT: "follows from the packet and the rules",
    PART: "follows from the packet as far as its fields tell the bytes that are looked at; else both ways are shown, --assume answers",
    HOST: "follows where a file about the host tells (--ipset, --addr); else both ways are shown",
    DICE: "depends on what came before, on a clock's or a random number; both ways are shown, --assume answers",
    OPEN: "neither in the dump nor in a flow; both ways are shown, --assume answers",
    USER: "a program decides, outside of the rules",
}
_WORST = (EXACT, PART, HOST, DICE, OPEN)
# One word or more that each kind of value can be read from.
_SAMPLES = {
    "number": "1", "range": "1", "masked": "0x1/0x1", "ports": "80", "net": "192.0.2.0/24", "host": "192.0.2.1", "ip_range": "192.0.2.1-192.0.2.9",
    "destination": "192.0.2.1", "nat_ports": "80-90", "interface": "eth0", "protocol": "tcp", "text": "text", "bare": "text",
    "tcp_flags": "SYN SYN", "icmp": "3", "mac": "02:00:00:00:00:01", "set": "blocklist src",
}  # fmt: skip
_SAMPLES6 = {"net": "2001:db8::/32", "host": "2001:db8::1", "destination": "2001:db8::1", "ip_range": "2001:db8::1-2001:db8::9"}


@dataclass(frozen=True, slots=True)
class Row:
    """One option: its synopsis, what it says, and how exactly it is told."""

    option: Option
    exact: str

    @property
    def synopsis(self) -> str:
        """`[!] --dport, --destination-port VALUE`."""
        flags = ", ".join((self.option.flag, *self.option.aliases))
        value = f" <{self.option.value.name}>" if self.option.value else ""
        return f"{'[!] ' if self.option.negatable else ''}{flags}{value}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One match or target."""

    kind: str
    name: str
    families: tuple[int, ...]
    summary: str
    about: str
    rows: tuple[Row, ...]
    exact: str

    @property
    def how(self) -> str:
        """`exact`, or what is not: "exact but --tcp-option (open)"."""
        if self.exact != EXACT or all(row.exact == EXACT for row in self.rows):
            return self.exact
        flags = {word: [row.option.flag for row in self.rows if row.exact == word] for word in _WORST if word != EXACT}
        return "exact but " + "; ".join(f"{', '.join(found)} ({word})" for word, found in flags.items() if found)


def known() -> list[Entry]:
    """All of them: matches, then targets, by name."""
    found = [entry for name in [*matches.names(), *targets.names()] for entry in _entries(name)]
    return sorted({(entry.kind, entry.name): entry for entry in found}.values(), key=lambda entry: (entry.kind, entry.name.lower()))


def named(name: str) -> list[Entry]:
    """The match, the target, or both, of that name. Raises IptsimError."""
    found = _entries(name)
    if found:
        return found
    names = sorted({*matches.names(), *targets.names()})
    near = [other for other in names if other.lower() == name.lower()] or get_close_matches(name, names, 3)
    hint = f"did you mean {', '.join(near)}?" if near else "`iptsim extensions` lists all"
    raise IptsimError(f"there is no match or target {printable(name)!r} that iptsim knows", hint=hint)


def _entries(name: str) -> list[Entry]:
    match, target = matches.find(name), targets.find(name)
    return [_entry(kind, klass) for kind, klass in (("match", match), ("target", target)) if klass is not None]


def _entry(kind: str, klass: type[Extension]) -> Entry:
    rows = tuple(Row(option, _exactness(klass, (option,))) for option in klass.options)
    required = tuple(option for option in klass.options if option.required)
    alone = _exactness(klass, required)
    told = {row.exact for row in rows}
    exact = alone if alone != EXACT else told.pop() if len(told) == 1 else EXACT
    about = " ".join((klass.__doc__ or "").split())
    return Entry(kind, klass.name, klass.families, summary(klass), about, rows, exact)


# ---------------------------------------------------------------- how exactly
def _exactness(klass: type[Extension], options: tuple[Option, ...]) -> str:
    """What one says that has these options, whatever the words are that it is given."""
    words = max((len(_words(option.value)) for option in options), default=0)
    found = {_exactness_of(_made(klass, options, n)) for n in range(max(words, 1))}
    return found.pop() if len(found) == 1 else PART


def _exactness_of(made: Extension) -> str:
    """As its own predicate or effect tells."""
    if isinstance(made, Match):
        return max((_unknown(atom) for atom in atoms(made.predicate)), key=_WORST.index, default=EXACT)
    match made.effect if isinstance(made, Target) else None:
        case Mystery() | Divert():
            return OPEN
        case Queue():
            return USER
        case Translate(to="interface"):
            return HOST
        case _:
            return EXACT


def _made(klass: type[Extension], options: tuple[Option, ...], number: int) -> Extension:
    """One that has these options, those that are required, and what else the tool asks for; of words, those with that number."""
    flags = {flag for option in options for flag in option.needs}
    wanted = [option for option in klass.options if option in options or option.required or option.flag in flags]
    family = next((f for f in klass.families if all(f in option.only for option in wanted)), klass.families[0])
    others: list[tuple[Option, ...]] = [(), *((option,) for option in klass.options if option not in wanted and family in option.only)]
    tries = [klass(tuple(Given(option, _sample(option.value, family, number)) for option in (*wanted, *more)), family) for more in others]
    return next((made for made in tries if made.problem() is None), tries[0])


def _unknown(atom: Unknown) -> str:
    if atom.dice:
        return DICE
    return HOST if atom.key[0] in ("set", "addrtype") else OPEN


def _words(value: Value | None) -> tuple[str, ...]:
    return value.kind[1] if value and value.kind and value.kind[0] == "words" else ()


def _sample(value: Value | None, family: int, number: int = 0) -> object:
    """Some value of that shape."""
    if value is None:
        return None
    kind, *more = value.kind or ("text",)
    if value.drawn:
        text = value.drawn[0]
    elif kind in ("words", "names", "name"):
        text = more[0][number % len(more[0]) if kind == "words" else 0]
    elif family == 6 and kind in _SAMPLES6:
        text = _SAMPLES6[kind]
    elif kind == "number":
        text = str(more[0])
    else:
        text = _SAMPLES[kind]
    return value.read(*text.split(" ")) if value.words > 1 else value.read(text)


# ---------------------------------------------------------------- as text
def table(entries: Iterable[Entry]) -> str:
    """All of them, a line each."""
    rows = [(entry.name, "".join(f"v{family} " for family in entry.families).strip(), entry.how, entry.summary, entry.kind) for entry in entries]
    wide = [max(len(row[n]) for row in rows) for n in range(2)]
    out = []
    for kind in ("match", "target"):
        out.append(f"{'matches' if kind == 'match' else 'targets'}:")
        for name, families, how, said, of in rows:
            if of == kind:
                out.append(f"  {name.ljust(wide[0])}  {families.ljust(wide[1])}  {said}{'' if how == EXACT else f'  [{how}]'}")
    out += ["", "every other one is kept word for word; what it would say is not known, and both ways are shown", ""]
    out += [f"{word}: {MEANING[word]}" for word in MEANING]
    return "\n".join(out) + "\n"


def synopsis(entries: Iterable[Entry]) -> str:
    """The options of one, with what each says."""
    out = []
    for entry in entries:
        families = " and ".join(f"IPv{family}" for family in entry.families)
        out += [f"{entry.kind} {entry.name} ({families}): {entry.how}", f"  {entry.about}", ""]
        wide = min(max((len(row.synopsis) for row in entry.rows), default=0), 48)
        for row in entry.rows:
            said = row.option.says.format("...") if row.option.value else row.option.says
            notes = [text for text, holds in (("required", row.option.required), (row.exact, row.exact != EXACT)) if holds]
            notes += [f"IPv{row.option.only[0]} only"] if len(row.option.only) == 1 else []
            remark = f"  [{', '.join(notes)}]" if notes else ""
            out.append(f"  {row.synopsis.ljust(wide)}  {said}{remark}")
        out.append("")
    return "\n".join(out[:-1]) + "\n"
