"""Texts that are not dumps, and what to do instead."""

from __future__ import annotations

import re

from iptsim.errors import ReadError
from iptsim.source import Source, Span

# (what a line looks like, what the file is then, what to run)
_LISTINGS = (
    (
        r"Chain [^\s(]+ \((?:policy [A-Z]+|[0-9]+ references?)",
        "this is what iptables -L prints, which leaves out half of a rule",
        "run iptables-save",
    ),
    (r"(?:table (?:ip|ip6|inet|bridge|arp|netdev) [\w-]+ \{|add table )", "this is a listing of nft", "run iptables-save, or iptables-nft-save"),
    (r"Bridge table: |Bridge chain: ", "this is a listing of ebtables", "iptsim reads iptables-save and ip6tables-save"),
    (
        r"[ \t]*(?:sudo )?(?:/\S{1,99}/)?ip6?tables(?:-nft|-legacy)? +--?\w",
        "this is a script of iptables commands, not what they make",
        "run it, then iptables-save",
    ),
    (r"[ \t>]+\*(?:filter|nat|mangle|raw|security)\b", "this dump is indented", "remove what stands before its lines"),
    (r"<iptables-rules", "this is what iptables-xml prints", "give iptsim the dump itself"),
    (r"create \S+ (?:hash|bitmap|list):", "this is what ipset save prints", "give it as --ipset"),
)


def not_a_dump(source: Source) -> ReadError | None:
    """What is wrong with a text that has no table in it; None if it holds nothing but blank lines and comments."""
    text = source.text
    if "\0" in text[:4096] or text[:4096].count("\ufffd") > 8:
        return ReadError("this is binary data, not a dump", span=Span(source, 1), expected="what iptables-save prints")
    for pattern, what, instead in _LISTINGS:
        if fit := re.search(rf"^{pattern}", text, re.MULTILINE):
            line = text.count("\n", 0, fit.start()) + 1
            return ReadError(what, span=Span(source, line), hint=instead)
    for number, row in enumerate(text.split("\n"), 1):
        if row.strip(" \t\r\ufeff") and not row.lstrip(" \t\ufeff").startswith("#"):
            text = "this is not a dump: no line names a table"
            return ReadError(text, span=Span(source, number), expected="*filter, *nat, ...", hint="run iptables-save")
    return None
