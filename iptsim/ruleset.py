"""A ruleset: tables of chains of rules, as one dump holds them. Frozen values; nothing here reads text or walks packets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from iptsim.predicate import ALWAYS, Pred, both
from iptsim.source import Source, Span

if TYPE_CHECKING:
    from iptsim.extension import Match, Target

# The built-in chains, per table: only these have a policy, and only they are met at a hook.
BUILT_IN: dict[str, tuple[str, ...]] = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "security": ("INPUT", "FORWARD", "OUTPUT"),
}


class Counters(NamedTuple):
    """Packets and bytes, as -c saves them."""

    packets: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Warning:
    """Something the reader took, but that the user should know of. `kind` is a word to filter by: "opaque", "incompatible", "twice" ..."""

    kind: str
    text: str
    span: Span | None = None

    def __str__(self) -> str:
        return f"{self.span}: warning: {self.text}" if self.span else f"warning: {self.text}"


class Rule(NamedTuple):
    """One rule. A tuple, since 100 000 of them are made at a time: immutable, small, and quick to make.

    `head` holds -s -d -i -o -p -f (None: none given), `matches` each -m in order, `target` the -j or -g (None: it only counts).
    `number` counts from 1 as --line-numbers does; `line` and `columns` (half-open, from 1) say where it stands in `source`.
    """

    table: str
    chain: str
    number: int
    head: Match | None
    matches: tuple[Match, ...]
    target: Target | None
    counters: Counters | None
    source: Source
    line: int
    columns: tuple[int, int] | None = None

    @property
    def id(self) -> str:
        """The kernel's name for it: `filter:FORWARD:rule:5`."""
        return f"{self.table}:{self.chain}:rule:{self.number}"

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.source, self.line, *(self.columns or ()))

    @property
    def text(self) -> str:
        """As it is written, from `-A` on."""
        text = self.span.text.strip()
        return text[text.find("]") + 1 :].lstrip() if text.startswith("[") else text

    @property
    def canonical(self) -> str:
        """As iptables-save would print it."""
        parts = [f"-A {self.chain}", *(part.save() for part in self.parts)]
        return " ".join(part for part in parts if part)

    @property
    def parts(self) -> list[Match | Target]:
        """Head, matches, target: what is there, in order."""
        return [part for part in (self.head, *self.matches, self.target) if part is not None]

    @property
    def hash(self) -> str:
        """Twelve hex digits of what it says, wherever it stands: table, chain and canonical text, counters left out."""
        import hashlib

        return hashlib.sha256(f"{self.table} {self.canonical}".encode("utf-8", "surrogateescape")).hexdigest()[:12]

    @property
    def predicate(self) -> Pred:
        """What it asks of a packet: all of its parts."""
        asked = [part.predicate for part in (self.head, *self.matches) if part is not None]
        return both(*asked) if asked else ALWAYS

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain; `policy` is None for a user-defined one. `chain[1]` is its first rule."""

    name: str
    table: str
    policy: str | None
    rules: tuple[Rule, ...]
    counters: Counters | None = None
    line: int | None = None

    @property
    def built_in(self) -> bool:
        """Is it met at a hook of its table?"""
        return self.name in BUILT_IN.get(self.table, ())

    def __getitem__(self, number: int) -> Rule:
        if not 1 <= number <= len(self.rules):
            raise IndexError(f"{self.table} {self.name} has rules 1 to {len(self.rules)}")
        return self.rules[number - 1]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: chains by name, in the order of the dump."""

    name: str
    chains: Mapping[str, Chain]

    def __getitem__(self, chain: str) -> Chain:
        return self.chains[chain]

    def __contains__(self, chain: object) -> bool:
        return chain in self.chains

    def __iter__(self) -> Iterator[Chain]:
        return iter(self.chains.values())

    def __len__(self) -> int:
        return len(self.chains)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ruleset:
    """One dump, one family: `rs["filter"]["FORWARD"][3]`.

    `family` is 4 or 6, `backend` "legacy" or "nft"; `guessed` names which of the two were guessed for want of a header. The verbs
    (`explain`, `walk`, `search`, `graph`, ...) live in their own rooms and are imported when first used.
    """

    tables: Mapping[str, Table]
    family: int
    backend: str
    source: Source
    host: Any = None
    warnings: tuple[Warning, ...] = ()
    guessed: frozenset[str] = frozenset()
    _memo: dict[Any, Any] = field(default_factory=dict)

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def __contains__(self, table: object) -> bool:
        return table in self.tables

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def rules(self) -> Iterator[Rule]:
        """Every rule, table by table, chain by chain."""
        for table in self.tables.values():
            for chain in table:
                yield from chain.rules

    def rule(self, id: str) -> Rule:
        """The rule of that id (`filter:FORWARD:rule:5`). Raises KeyError."""
        place, _, number = id.rpartition(":rule:")
        table, _, chain = place.partition(":")  # a chain may have colons in its name, a table has none
        try:
            return self.tables[table].chains[chain][int(number)]
        except (KeyError, ValueError, IndexError):
            raise KeyError(id) from None

    def __repr__(self) -> str:
        rules = sum(len(chain) for table in self for chain in table)
        return f"<Ruleset {self.source.name!r} IPv{self.family} {self.backend}: {', '.join(self.tables)}; {rules} rules>"

    # ---------------------------------------------------------------- verbs
    def save(self, canonical: bool = False) -> str:
        """What was read, to the byte; with `canonical` what iptables-save would print (no header, no dates)."""
        return "\n".join(canonical_lines(self.tables.values())) + "\n" if canonical else self.source.text

    def explain(self, **flow: Any) -> Any:
        """What happens to this flow, and why: an Explanation. What is left out stays open. Raises FlowError.

        >>> import iptsim
        >>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\\nCOMMIT\\n")
        >>> str(rs.explain(src="192.0.2.1", dst="198.51.100.10", dst_type="LOCAL", in_interface="eth0", proto="tcp", dport=22).verdict)
        'ACCEPT'
        """
        from iptsim.questions.explain import explain

        return explain(self, flow)

    def walk(self, packet: Any, after: Iterable[Any] = ()) -> Any:
        """One packet's Trace; it stops UNDECIDED at the first unknown that matters.

        `after`: packets that went through before. An ICMP error with the state RELATED is about the last of them that came from where
        it goes to, and belongs to the connection of that one.
        """
        from iptsim.walk import walk

        return walk(self, packet, after)

    def search(self, **asked: Any) -> Any:
        """The Space of packets that can end so: `verdict hook decided_by via to_dst to_dport out_interface certain` and a flow."""
        from iptsim.questions.search import search

        return search(self, **asked)

    def graph(self) -> Any:
        """The chains as a networkx.MultiDiGraph: jumps, gotos, loops, unreferenced chains."""
        from iptsim.graph import graph

        return graph(self)


def canonical_lines(tables: Iterable[Table]) -> Iterator[str]:
    """The lines iptables-save would print, tables in the order given."""
    for table in tables:
        yield f"*{table.name}"
        for chain in table:
            packets, octets = chain.counters or (0, 0)
            yield f":{chain.name} {chain.policy or '-'} [{packets}:{octets}]"
        for chain in table:
            for rule in chain:
                prefix = f"[{rule.counters.packets}:{rule.counters.bytes}] " if rule.counters else ""
                yield prefix + rule.canonical
        yield "COMMIT"
