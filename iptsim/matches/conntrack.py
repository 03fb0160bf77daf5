"""conntrack: the state of the packet's connection, and its first packet's addresses."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import TRACKED, Match, Option, fact, within
from iptsim.matches.state import STATES, in_states
from iptsim.matches.udp import PORTS
from iptsim.names import CT_DIRECTIONS
from iptsim.predicate import ALWAYS, Not, Or, Pred, Test, Unknown, both, given, one
from iptsim.values import Net, Value


def _protocol(text: str) -> int:
    """Unlike after -p, a name is in lower case."""
    if text.lower() != text and text.isalpha():
        raise ValueError(f"{text!r} is not a protocol")
    number: int = values.PROTOCOL.read(text)
    return number


PROTOCOL_NUMBER = Value("a protocol", _protocol, str, kind=("protocol",))
STATUSES = ("NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED")
CONNECTION = ("ctproto", "ctorigsrc", "ctorigdst", "ctorigsrcport", "ctorigdstport")
_STATUS: dict[str, Pred] = {
    # the first packet of an expected connection is RELATED, never NEW
    "EXPECTED": both(
        Not(in_states(("NEW",))), Unknown("it is not known whether a helper expected the connection", ("ctstatus", "EXPECTED"), CONNECTION)
    ),
    "SEEN_REPLY": Test("ct_seen_reply", one(1)),
    "ASSURED": both(Test("ct_seen_reply", one(1)), Unknown("it is not known whether the connection is assured", ("ctstatus", "ASSURED"), CONNECTION)),
    "CONFIRMED": Test("ct_confirmed", one(1)),
}


def _state(names: tuple[str, ...]) -> Pred:
    """SNAT and DNAT are no states of their own: they are added to the state of a connection that was rewritten."""
    nat = [both(TRACKED, Test(f"ct_{name.lower()}", one(1))) for name in ("SNAT", "DNAT") if name in names]
    states = in_states(tuple(name for name in names if name in STATES))
    return Or((states, *nat)) if nat else states


def _status(names: tuple[str, ...]) -> Pred:
    """One of them; NONE is no status, and nothing has it."""
    return Or(tuple(_STATUS[name] for name in names if name != "NONE"))


def _address(field: str, says: str) -> Option:
    def asks(net: Net) -> Pred:
        return Test(field, net.values) if net.mask else ALWAYS

    return Option(f"--{field}", values.HOST_NET, asks, says, negatable=True)


def _port(field: str, says: str) -> Option:
    return Option(f"--{field}", PORTS, within(field), says, negatable=True)


class Conntrack(Match, name="conntrack"):
    """Compare what conntrack knows of the packet's connection: addresses are those of its first packet, before any NAT.

    xt_conntrack_mt: of a packet without a connection (INVALID, UNTRACKED) only --ctstate is asked, and without --ctstate it fails.
    """

    conntrack = True

    ctstate = Option("--ctstate", values.words_of((*STATES, "SNAT", "DNAT"), "conntrack states"), _state, "the conntrack state is {}", (), True)
    ctproto = Option("--ctproto", PROTOCOL_NUMBER, lambda n: Test("ctproto", one(n)), "the connection's protocol is {}", (), True)
    ctorigsrc = _address("ctorigsrc", "the connection's first source is {}")
    ctorigdst = _address("ctorigdst", "the connection's first destination is {}")
    ctreplsrc = _address("ctreplsrc", "the source of the connection's answers is {}")
    ctrepldst = _address("ctrepldst", "the destination of the connection's answers is {}")
    ctorigsrcport = _port("ctorigsrcport", "the connection's first source port is {}")
    ctorigdstport = _port("ctorigdstport", "the connection's first destination port is {}")
    ctreplsrcport = _port("ctreplsrcport", "the source port of the connection's answers is {}")
    ctrepldstport = _port("ctrepldstport", "the destination port of the connection's answers is {}")
    ctstatus = Option("--ctstatus", values.words_of(STATUSES, "conntrack statuses"), _status,
                      "the connection's status is {}", (), True)  # fmt: skip
    ctexpire = fact("--ctexpire", values.number_range(0xFFFFFFFF), "the connection's time left is {} seconds", "ctexpire", reads=CONNECTION,
                    negatable=True)  # fmt: skip
    ctdir = Option("--ctdir", values.word_of(CT_DIRECTIONS, "ORIGINAL or REPLY"), lambda name: Test("ctdir", one(CT_DIRECTIONS.index(name))),
                   "the direction in the connection is {}")  # fmt: skip

    def asks(self) -> Pred:
        rows = [given(row.option.asks(row.value), row.negated) for row in self.given if row.option.asks and row.option is not Conntrack.ctstate]
        if not self.has(Conntrack.ctstate):
            return both(TRACKED, *rows)
        state = given(_state(self.get(Conntrack.ctstate)), self.negated(Conntrack.ctstate))
        return both(state, Or((Not(TRACKED), both(*rows)))) if rows else state

    def problem(self) -> str | None:
        return None if self.given else "conntrack needs at least one option"

    def words(self) -> str:
        """NONE is no bit of its own: it is saved only where it stands alone."""
        return super().words().replace("--ctstatus NONE,", "--ctstatus ")
