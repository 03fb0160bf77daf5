"""A ruleset in the kernel: how it gets there, and what its rules are called in the kernel's messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from iptsim.effect import Effect
from iptsim.extension import OpaqueMatch, OpaqueTarget
from iptsim.kernel import tools
from iptsim.kernel.netlink import CREATE, Netlink, attribute, number, text
from iptsim.kernel.tools import KernelError
from iptsim.matches.nfacct import Nfacct
from iptsim.ruleset import BUILT_IN, Rule, Ruleset
from iptsim.trace import Step

_NFTABLES, _DELETE_TABLE = 10, 2
_NFT_GETRULE, _NEW_COUNTER = (_NFTABLES, 7), (7, 0)
_PROGRAM = re.compile(r"(?:^|[\s\"'])(?:-M|--mo)")  # --modprobe: a program that iptables would run


def dump(ruleset: Ruleset, before: Iterable[str] = ()) -> str:
    """What iptables-restore reads: the rules as they are written. Tables of `before` that the ruleset does not have become empty."""
    lines = []
    for table in dict.fromkeys([*before, *ruleset.tables]):
        chains = ruleset.tables[table].chains if table in ruleset else {}
        policies = dict.fromkeys(BUILT_IN[table], "ACCEPT") if table in before else {}
        policies |= {name: chain.policy or "-" for name, chain in chains.items()}
        lines += [f"*{table}", *(f":{name} {policy} [0:0]" for name, policy in policies.items())]
        lines += [_words(rule) for chain in chains.values() for rule in chain]
        lines.append("COMMIT")
    return "\n".join(lines) + "\n"


def _words(rule: Rule) -> str:
    for part in rule.parts:
        if isinstance(part, OpaqueMatch | OpaqueTarget) and _PROGRAM.search(part.text):
            raise KernelError(f"{rule.id} names a program to run", span=rule.span)
    return rule.text if rule.text.startswith("-A") else rule.canonical


@dataclass(slots=True)
class Rules:
    """The rules that are loaded. With nft the kernel calls them by handles, of which `handles` tells chain and number."""

    ruleset: Ruleset
    backend: str
    handles: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    def load(self, netlink: Netlink, before: Iterable[str]) -> None:
        """Into the namespace that this thread is in, in place of the tables `before`. Raises KernelError where the tools refuse."""
        family = 2 if self.ruleset.family == 4 else 10
        self._count(netlink)
        if self.backend == "nft":
            for name in set(before) - set(self.ruleset.tables):
                with suppress(FileNotFoundError):
                    netlink.batch(_NFTABLES, family, [(_DELETE_TABLE, attribute(1, name.encode() + b"\0"), 0)])
            before = set(before) & set(self.ruleset.tables)
        tools.run(tools.restore(self.ruleset.family, self.backend), given=dump(self.ruleset, sorted(before)))
        if self.backend != "nft":
            return
        counted: dict[tuple[str, str], int] = {}
        for row in netlink.dump(_NFT_GETRULE, family):
            table, chain = text(row[1]), text(row[2])
            counted[table, chain] = counted.get((table, chain), 0) + 1
            self.handles[table, number(row[3])] = chain, counted[table, chain]

    def _count(self, netlink: Netlink) -> None:
        """The counters that `-m nfacct` names are there."""
        for rule in self.ruleset.rules():
            for part in rule.parts:
                if isinstance(part, Nfacct):
                    with suppress(FileExistsError):
                        name = str(part.get(Nfacct.accounting)).encode("utf-8", "surrogateescape")
                        netlink.request(_NEW_COUNTER, attribute(1, name + b"\0"), flags=CREATE)

    def step(self, table: str, chain: str, kind: str, place: int, hook: str) -> Step | None:
        """A step as `walk` has it; None for chains that are not in the dump.

        Legacy TRACE calls a rule that asks for nothing "policy" or "return" if its target is a verdict: its number tells (ip_tables.c).
        """
        known = self.ruleset.tables[table].chains.get(chain) if table in self.ruleset else None
        if known is None:
            return None
        if place <= len(known):
            rule = known[place]
            what = rule.target.effect if rule.target else None
            return Step(f"{table}:{chain}:rule:{place}", hook, _WORDS.get(type(what).__name__, "rewrite" if what else "continue"), rule)
        if kind == "policy" or known.built_in:
            return Step(f"{table}:{chain}:policy", hook, "policy", note=known.policy or "ACCEPT", policy_line=known.line)
        return Step(f"{table}:{chain}:return", hook, "end")


_WORDS: Mapping[str, str] = {name: name.lower() for name in ("Accept", "Drop", "Reject", "Queue", "Return", "Jump", "Goto", "Continue")}


def effect(step: Step) -> Effect | None:
    """What the target of a step's rule does."""
    return step.rule.target.effect if step.rule and step.rule.target else None
