"""iptsim: what a firewall does with a packet, and why.

    import iptsim
    rs = iptsim.load("dump.txt")
    print(rs.explain(src="172.17.0.2", dport=80))

- `load`, `parse`, `load_all` read dumps: a file, a text, a file of several. `Host` is what a dump does not say.
- `Ruleset`, `Table`, `Chain`, `Rule`, `Warning`: what was read, and what the reader noticed.
- `Packet` is one packet. `Trace`, `Step`, `Verdict`, `Fate`: what happened to it.
- `Explanation` and `Case`: what happens to a flow. `Space` is a set of packets, `Truth` whether one is in it.
- `IptsimError` is the root of `ReadError`, `ReadErrors`, `HostError`, `FlowError`: everything that is raised on purpose.

These names are `__all__`; everything else may change. `iptsim.strategies` is for property tests. Heavy imports (lark, networkx, rich) happen
where they are first used.
"""

from __future__ import annotations

from typing import Any

from iptsim.errors import FlowError, HostError, IptsimError, ReadError, ReadErrors
from iptsim.packet import Packet
from iptsim.predicate import Truth
from iptsim.ruleset import Chain, Rule, Ruleset, Table, Warning
from iptsim.trace import Fate, Step, Trace, Verdict

__version__ = "0.1.0"
__all__ = [
    "Case", "Chain", "Explanation", "Fate", "FlowError", "Host", "HostError", "IptsimError", "Packet", "ReadError", "ReadErrors", "Rule", "Ruleset",
    "Space", "Step", "Table", "Trace", "Truth", "Verdict", "Warning", "load", "load_all", "parse",
]  # fmt: skip

_LAZY = {
    "load": "iptsim.reader", "load_all": "iptsim.reader", "parse": "iptsim.reader", "Host": "iptsim.host", "Space": "iptsim.spaces.space",
    "Case": "iptsim.questions.explanation", "Explanation": "iptsim.questions.explanation",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'iptsim' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *_LAZY]
