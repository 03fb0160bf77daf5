"""What an extension is: a class whose body is a table of options.

A match or a target is one file with one class. Its options are rows: flag, shape of the value, what it asks, how it is said. Reading, saving,
aliases, `!`, grammar productions, the synopsis and the meaning are derived from the rows; `asks()` (match) or `effect` (target) is written by
hand only where rows cannot say it. A match's meaning is one `Pred`; a target's is one `Effect`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from iptsim.effect import Continue, Effect, Mystery
from iptsim.effect import Goto as GotoEffect
from iptsim.effect import Jump as JumpEffect
from iptsim.predicate import ALWAYS, Pred, Ranges, Test, Unknown, both, given, ranges
from iptsim.values import Value


@dataclass(frozen=True, eq=False)
class Option:
    """One flag of an extension.

    `flag` is the spelling iptables-save prints; `value` the shape of what follows (None: nothing). `asks(value)` is what the option, given,
    asks of the packet; None where the class says it for several together. `says` puts it in words: "the destination port is {}".
    `default` is left out when saved. `only` names the families. `repeats` allows it more than once. `saved` is the flag it is saved under
    where that is another one: --or-mark becomes --set-xmark.
    """

    flag: str
    value: Value | None = None
    asks: Callable[[Any], Pred] | None = None
    says: str = ""
    aliases: tuple[str, ...] = ()
    negatable: bool = False
    required: bool = False
    default: Any = None
    excludes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    repeats: bool = False
    only: tuple[int, ...] = (4, 6)
    saved: str = ""

    def save(self, value: Any, negated: bool) -> str:
        """As iptables-save prints it; empty for the default."""
        if value is not None and value == self.default and not negated:
            return ""
        flag = self.saved or self.flag
        text = flag if self.value is None else f"{flag} {self.value.save(value)}"
        return f"! {text}" if negated else text


class Given(NamedTuple):
    """An option as a rule gives it."""

    option: Option
    value: Any
    negated: bool = False


class Place(NamedTuple):
    """Where an extension may stand: in these tables, where these hooks reach, with one of these in `-p`, not negated. Empty: anywhere."""

    tables: tuple[str, ...]
    hooks: tuple[str, ...]
    protocols: tuple[int, ...]


class Extension:
    """What matches and targets share: the rows, and the values that a rule gave for them. Immutable once made, and shared by rules that say the same.

    `family` is that of the dump: a few defaults and meanings differ (REJECT, addrtype).
    """

    __slots__ = ("family", "given")

    name: ClassVar[str] = ""
    options: ClassVar[tuple[Option, ...]] = ()
    families: ClassVar[tuple[int, ...]] = (4, 6)
    # where the kernel or the tool allows it; empty: everywhere
    tables: ClassVar[tuple[str, ...]] = ()
    hooks: ClassVar[tuple[str, ...]] = ()
    # the rule must say -p one of these, not negated
    protocols: ClassVar[tuple[int, ...]] = ()
    # what it is given decides more: `place` is its own
    particular: ClassVar[bool] = False
    # the kernel runs conntrack, and puts fragments together before, only where some rule uses an extension that needs it
    conntrack: ClassVar[bool] = False
    defrag: ClassVar[bool] = False

    def __init_subclass__(cls, name: str | None = None, **more: Any) -> None:
        super().__init_subclass__(**more)
        if name is not None:
            cls.name = name
        cls.particular = cls.place is not Extension.place
        cls.options = tuple(value for klass in reversed(cls.__mro__) for value in vars(klass).values() if isinstance(value, Option))

    def __init__(self, given: tuple[Given, ...] = (), family: int = 4) -> None:
        self.given = given
        self.family = family

    def get(self, option: Option, default: Any = None) -> Any:
        """The value given for that option, its default where it was not given."""
        for row in self.given:
            if row.option is option:
                return row.value
        return option.default if default is None else default

    def has(self, option: Option) -> bool:
        return any(row.option is option for row in self.given)

    def negated(self, option: Option) -> bool:
        return any(row.option is option and row.negated for row in self.given)

    def problem(self) -> str | None:
        """What the tools would refuse in this combination of options, or None. The rows' required, excludes and needs are checked by the reader."""
        return None

    def place(self) -> Place:
        """Where the tools and the kernel allow it, with what it is given."""
        return Place(self.tables, self.hooks, self.protocols)

    def implied(self) -> tuple[Given, ...]:
        """What the tool fills in for options that were not given, and prints: recent's --name DEFAULT."""
        return ()

    def words(self) -> str:
        """The options, in the order of the rows, as iptables-save prints them."""
        order = {id(option): n for n, option in enumerate(self.options)}
        rows = sorted((*self.given, *self.implied()), key=lambda row: order[id(row.option)])
        return " ".join(text for row in rows if (text := row.option.save(row.value, row.negated)))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.given == other.given

    def __hash__(self) -> int:
        return hash((type(self), self.given))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.save()}>"

    def save(self) -> str:
        """As iptables-save prints it."""
        raise NotImplementedError


class Match(Extension):
    """A -m, or the head of a rule. `requires` is what a `!` on an option must not flip (of tcp: that it is TCP, and no later fragment)."""

    __slots__ = ("_predicate",)
    requires: ClassVar[Pred] = ALWAYS

    @property
    def predicate(self) -> Pred:
        """What it asks of a packet, made once."""
        try:
            return self._predicate
        except AttributeError:
            self._predicate: Pred = self.asks()
            return self._predicate

    def asks(self) -> Pred:
        """All given options, each negated where `!` was written, and what is required anyway."""
        rows = [given(row.option.asks(row.value), row.negated) for row in self.given if row.option.asks]
        return both(self.requires, *rows)

    def save(self) -> str:
        return f"-m {self.name} {self.words()}".rstrip()


class Target(Extension):
    """A -j that is not a chain."""

    __slots__ = ()

    @property
    def effect(self) -> Effect:
        """What it does."""
        return Continue()

    def save(self) -> str:
        return f"-j {self.name} {self.words()}".rstrip()


class Jump(Target, name="-j"):
    """-j CHAIN."""

    __slots__ = ("chain",)

    def __init__(self, chain: str) -> None:
        super().__init__()
        self.chain = chain

    @property
    def effect(self) -> Effect:
        return JumpEffect(self.chain)

    def save(self) -> str:
        return f"{self.name} {self.chain}"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.chain == other.chain

    def __hash__(self) -> int:
        return hash((type(self), self.chain))


class Goto(Jump, name="-g"):
    """-g CHAIN."""

    __slots__ = ()

    @property
    def effect(self) -> Effect:
        return GotoEffect(self.chain)


class OpaqueMatch(Match):
    """A match that iptsim does not know: kept word for word, UNKNOWN for every packet, anew in every rule."""

    __slots__ = ("name", "text")

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name: str = name  # type: ignore[misc]  # of the instance here: it is not known before
        self.text = text

    def asks(self) -> Pred:
        return Unknown(f"iptsim does not know -m {self.name}", (self.name, self.text), dice=True)

    def words(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpaqueMatch) and (self.name, self.text) == (other.name, other.text)

    def __hash__(self) -> int:
        return hash((self.name, self.text))


class OpaqueTarget(Target):
    """A target that iptsim does not know: kept word for word; what becomes of a packet there is UNKNOWN."""

    __slots__ = ("name", "text")

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name: str = name  # type: ignore[misc]  # of the instance here: it is not known before
        self.text = text

    @property
    def effect(self) -> Effect:
        return Mystery(self.name)

    def words(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpaqueTarget) and (self.name, self.text) == (other.name, other.text)

    def __hash__(self) -> int:
        return hash((self.name, self.text))


def within(field: str) -> Callable[[tuple[int, int]], Pred]:
    """An option that asks for a field in the inclusive range it is given."""
    return lambda pair: Test(field, ranges([pair]))


def equals(field: str) -> Callable[[int], Pred]:
    """An option that asks for exactly that number."""
    return lambda value: Test(field, Ranges(((value, value),)))


def fact(flag: str, value: Value | None, says: str, *key: str, reads: tuple[str, ...] = (), **row: Any) -> Option:
    """A row that asks for what no field of a packet says: a fact, called by `key` and the value given."""

    def asks(given: Any) -> Pred:
        text = value.save(given) if value else ""
        return Unknown(f"it is not known whether {says.format(text)}", (*key, text) if text else key, reads)

    return Option(flag, value, asks, says, **row)


# Packets that belong to a connection: INVALID and UNTRACKED ones have no entry in conntrack, and what asks for one fails, `!` or not.
TRACKED = Test("ctstate", Ranges(((0, 2),)))
WHOLE = Test("fragment", Ranges(((0, 0),)))


def carries(*protocols: int) -> Pred:
    """It is of one of these protocols, and no later fragment: there is a header to look at."""
    return both(Test("proto", ranges((p, p) for p in protocols)), WHOLE)
