"""Rules that versions of the tools load as something else than they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iptsim.extension import Extension
from iptsim.matches.tcp import Tcp
from iptsim.matches.udp import Udp
from iptsim.reader.header import Header
from iptsim.reader.spans import extension_span
from iptsim.ruleset import Table, Warning

MERGING = (1, 8, 11)  # from then on not (iptables/nft.c: add_nft_tcpudp)


def merges(part: Extension) -> bool:
    """Does iptables-nft make one test of both negated ports, which fails only where both are those?"""
    if not isinstance(part, Tcp | Udp):
        return False
    rows = [row for row in part.given if row.option.flag in ("--sport", "--dport")]
    return len(rows) == 2 and all(row.negated and row.value[0] == row.value[1] != 0 for row in rows)


def slips(tables: Iterable[Table], header: Header | None, text: str) -> Iterator[Warning]:
    """A warning about each rule of a dump that its own version of the tools may have loaded so."""
    if header is None or header.backend != "nft" or header.version >= MERGING or "! --sport" not in text:
        return
    for rule in (rule for table in tables for chain in table for rule in chain):
        for part in rule.matches:
            if merges(part):
                why = "iptables-nft before 1.8.11 loads two negated ports as one test that fails only where both are those: load it as two rules"
                yield Warning("merged", why, extension_span(rule, part))
