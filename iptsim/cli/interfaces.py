"""Interfaces that were asked for, but that no rule and no file about the host names."""

from __future__ import annotations

from difflib import get_close_matches

from iptsim.ruleset import Ruleset, Warning


def strangers(ruleset: Ruleset, asked: list[str]) -> tuple[Warning, ...]:
    """A warning for each, with the name that was meant perhaps."""
    names, prefixes = _named(ruleset)
    out = []
    for name in dict.fromkeys(asked):
        if name in ("lo", "any", "") or name.endswith("+") or name in names or name.startswith(tuple(prefixes)):
            continue
        near = get_close_matches(name, sorted(names), 1)
        hint = f"; did you mean {near[0]}?" if near else f"; they name {', '.join(sorted(names)[:8])}" if names else ""
        out.append(Warning("interface", f"no rule and no file about the host names the interface {name}{hint}"))
    return tuple(out)


def _named(ruleset: Ruleset) -> tuple[set[str], set[str]]:
    """(whole names, beginnings of names) that rules and host files use."""
    rows = (row for rule in ruleset.rules() for part in rule.parts for row in part.given)
    names = {row.value for row in rows if row.option.value and row.option.value.kind[:1] == ("interface",)}
    if ruleset.host is not None:
        names |= set(ruleset.host.interface_names())
    return {name for name in names if not name.endswith("+")}, {name[:-1] for name in names if name.endswith("+")}
