"""state: the conntrack state, by its older name."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.names import CT_STATES
from iptsim.predicate import Pred, Test, ranges

# In the order iptables-save lists them.
STATES = ("INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED")


def in_states(names: tuple[str, ...]) -> Pred:
    """The packet is in one of these conntrack states."""
    return Test("ctstate", ranges((CT_STATES.index(name), CT_STATES.index(name)) for name in names))


class State(Match, name="state"):
    """Compare the conntrack state of the packet: `-m conntrack --ctstate` under its older name."""

    conntrack = True

    state = Option("--state", values.words_of(STATES, "conntrack states"), in_states, "the conntrack state is {}", (), True, required=True)
