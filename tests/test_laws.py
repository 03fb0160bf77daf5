"""What every extension, fixture, flow and packet must obey. A new file in a folder is under law without being named."""

from __future__ import annotations

import ast
import inspect
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iptsim
from iptsim import matches, targets
from iptsim.errors import IptsimError
from iptsim.host import Host
from iptsim.packet import Packet
from iptsim.predicate import NO, YES, And, Name, Not, Or, Pred, Test, holds
from iptsim.questions.explanation import Case, Explanation
from iptsim.ruleset import Rule, Ruleset
from iptsim.spaces.space import Space, World
from iptsim.strategies import flows, packets, rulesets
from iptsim.trace import Step, Trace, Verdict
from iptsim.walk.arrival import readings
from tests.test_scenarios import FOLDERS, ruleset

ROOT = Path(__file__).parent.parent


# ---------------------------------------------------------------- extensions
EXTENSIONS = [(folder, folder.find(name)) for folder in (matches, targets) for name in folder.names()]
NAMES = [f"{folder.__name__.removeprefix('iptsim.')}/{kind.name}" for folder, kind in EXTENSIONS]


@pytest.mark.parametrize(("folder", "kind"), EXTENSIONS, ids=NAMES)
def test_an_extension_is_called_as_its_file(folder: Any, kind: Any) -> None:
    assert Path(inspect.getfile(kind)).name == f"{kind.name.lower()}.py"


@pytest.mark.parametrize(("folder", "kind"), EXTENSIONS, ids=NAMES)
def test_an_extension_says_what_it_is(folder: Any, kind: Any) -> None:
    first = (vars(kind).get("__doc__") or "").split("\n")[0]
    assert first[:1].isupper()
    assert "." in first
    assert ast.get_docstring(ast.parse(Path(inspect.getfile(kind)).read_text(encoding="utf-8")))


@pytest.mark.parametrize(("folder", "kind"), EXTENSIONS, ids=NAMES)
def test_every_option_of_an_extension_says_something(folder: Any, kind: Any) -> None:
    for option in kind.options:
        assert option.says
        assert (" is " in f"{option.says} ") or (" are " in option.says) or (" becomes " in option.says) or not option.negatable
        assert option.says.count("{}") <= (1 if option.value else 0)


@pytest.mark.parametrize(("folder", "kind"), EXTENSIONS, ids=NAMES)
def test_an_extension_has_tests(folder: Any, kind: Any) -> None:
    room = ROOT / "tests" / folder.__name__.rpartition(".")[2]
    # another name for the same (icmpv6, icmp6) is tested there
    assert any((room / f"test_{one.name.lower()}.py").exists() for one in kind.__mro__ if getattr(one, "name", ""))


# ---------------------------------------------------------------- fixtures
DUMPS = sorted({
    *(ROOT / "fixtures").glob("*/*-save"),
    *(ROOT / "fixtures").glob("*/*.txt"),
    *(ROOT / "fixtures").glob("scenarios/*.d/rules.v6.txt"),
    *(ROOT / "fixtures").glob("scenarios/*.d/before.txt"),
})  # fmt: skip
RULESETS = [(str(path.relative_to(ROOT / "fixtures")), rs) for path in DUMPS for rs in iptsim.load_all(path)]
EVERY_DUMP = pytest.mark.parametrize("rs", [rs for _, rs in RULESETS], ids=[name for name, _ in RULESETS])


@EVERY_DUMP
def test_each_rule_of_a_dump_is_saved_as_it_was_written(rs: Ruleset) -> None:
    assert [rule.canonical for rule in rs.rules()] == [rule.text for rule in rs.rules()]


@EVERY_DUMP
def test_what_is_saved_reads_the_same(rs: Ruleset) -> None:
    again = iptsim.parse(rs.save(canonical=True), family=rs.family)
    assert [rule.parts for rule in again.rules()] == [rule.parts for rule in rs.rules()]
    assert again.save(canonical=True) == rs.save(canonical=True)


@pytest.mark.parametrize("path", DUMPS, ids=[str(path.relative_to(ROOT / "fixtures")) for path in DUMPS])
def test_a_dump_is_saved_to_the_byte(path: Path) -> None:
    assert {rs.save().encode("utf-8", "surrogateescape") for rs in iptsim.load_all(path)} == {path.read_bytes()}


FLOWS: dict[int, list[dict[str, Any]]] = {
    4: [
        {"dport": 22, "proto": "tcp", "in_interface": "eth0"}, {"src": "10.0.0.0/8", "dport": [80, 443]}, {"proto": "udp", "dst": "192.168.1.5"},
        {"from_host": True, "dport": 53}, {"src": "192.168.0.0/16", "proto": "icmp"}, {"in_interface": "eth0", "ctstate": "any"}, {},
    ],
    6: [
        {"dport": 22, "proto": "tcp", "in_interface": "eth0"}, {"src": "fd00::/8", "dport": [80, 443]}, {"proto": "udp", "dst": "2001:db8::5"},
        {"from_host": True, "dport": 53}, {"proto": "ipv6-icmp"},
    ],
}  # fmt: skip


@EVERY_DUMP
def test_the_cases_of_a_dump_are_a_partition_and_their_witnesses_go_their_way(rs: Ruleset) -> None:
    for flow in FLOWS[rs.family]:
        explanation = rs.explain(**flow)
        is_a_partition(explanation)
        for case in explanation.cases:
            witness_goes_the_way_of(rs, case)


@EVERY_DUMP
@settings(max_examples=8)
@given(st.data())
def test_a_packet_goes_the_way_of_each_case_that_it_can_be_in(rs: Ruleset, data: st.DataObject) -> None:
    packet, flow = data.draw(packets(rs).flatmap(lambda one: st.tuples(st.just(one), flows(rs, around=one))))
    answers = data.draw(st.lists(st.booleans(), min_size=20, max_size=20))
    for case, one in ways(rs.explain(**flow), packet):
        same_end(answered(rs, one, answers), case.trace)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name.removesuffix(".d") for folder in FOLDERS])
def test_the_answer_of_a_case_goes_the_way_that_the_case_tells(folder: Path) -> None:
    rs = ruleset(folder, 4)
    state = {"limit": True, "recent": False, "statistic": True} | {f"hairpin:{name}": True for name in rs.host.interfaces}
    for origin in origins(rs):
        for case in rs.explain(**origin, proto=["tcp", "udp"], dst="1.0.0.0-223.255.255.255", assume=state).cases:
            answer = answer_to(case)
            if answer is not None and case.reply is not None:
                trace = rs.walk(answer, after=[case.witness])
                assert (trace.verdict, trace.decided_by) == (case.reply.verdict, case.reply.decided_by), (case.witness, answer)


def origins(rs: Ruleset) -> list[dict[str, Any]]:
    """Where packets honestly come from: a process here, each interface's own network, the rest of the world by eth0."""
    found: list[dict[str, Any]] = [{"from_host": True}]
    for name, addresses in rs.host.interfaces.items():
        nets = [address.network for address in addresses if address.version == 4 and name != "lo"]
        found += [{"in_interface": name, "src": f"{net.network_address + 2}-{net.broadcast_address - 1}"} for net in nets]
    return [*found, {"in_interface": "eth0", "src": "203.0.113.128/25"}]


@EVERY_DUMP
@settings(max_examples=2)
@given(st.data())
def test_a_packet_drawn_within_a_case_is_in_it_and_goes_its_way(rs: Ruleset, data: st.DataObject) -> None:
    explanation = rs.explain(in_interface="eth1", proto="tcp")
    case = data.draw(st.sampled_from(explanation.cases))
    packet = data.draw(packets(rs, within=case.when))
    assert case.when.contains(packet) is YES
    same_end(rs.walk(packet), case.trace)


# ---------------------------------------------------------------- any ruleset
FAMILIES = pytest.mark.parametrize("family", [4, 6])


@FAMILIES
@settings(max_examples=40)
@given(st.data())
def test_a_drawn_ruleset_is_read_saved_and_explained(family: int, data: st.DataObject) -> None:
    rs = data.draw(rulesets(family))
    assert [rule.canonical for rule in rs.rules()] == [rule.text for rule in rs.rules()]
    packet = data.draw(packets(rs))
    assert rs.walk(packet).verdict in Verdict
    flow = data.draw(flows(rs, around=packet))
    explanation = explained(rs, flow)
    if explanation is None:
        return
    is_a_partition(explanation)
    for case in explanation.cases:
        witness_goes_the_way_of(rs, case)
    answers = data.draw(st.lists(st.booleans(), min_size=20, max_size=20))
    found = list(ways(explanation, packet))
    assert found
    for case, one in found:
        trace = answered(rs, one, answers)
        if not lacks_a_type(trace):
            same_end(trace, case.trace)


@FAMILIES
@settings(max_examples=40)
@given(st.data())
def test_a_rule_holds_for_a_packet_that_is_in_its_set(family: int, data: st.DataObject) -> None:
    rs = data.draw(rulesets(family))
    packet = data.draw(packets(rs))
    world = world_of(rs)
    these = world.of(packet)
    for rule in rs.rules():
        node = world.space(rule.predicate)
        truth = holds(rule.predicate, readings(packet.known()))
        if is_scattered(rs, rule):
            continue
        if truth is YES:
            assert not world.diagrams.minus(these, node), rule
        elif truth is NO:
            assert not world.diagrams.keep(these, node), rule


def is_scattered(rs: Ruleset, rule: Rule) -> bool:
    """Does it ask for bits of an address that have too many intervals? That is taken as unknown, and said."""
    world = world_of(rs)
    world.space(rule.predicate)
    return bool(world.inexact)


def world_of(rs: Ruleset) -> World:
    """A world that knows the interfaces of the rules."""
    names = [name for rule in rs.rules() for name in interfaces(rule.predicate)]
    return World(rs.family, tuple(n.text for n in names if not n.prefix), tuple(n.text for n in names if n.prefix))


def interfaces(pred: Pred) -> list[Name]:
    match pred:
        case Test(values=Name() as name):
            return [name]
        case Not(part):
            return interfaces(part)
        case And(parts) | Or(parts):
            return [name for part in parts for name in interfaces(part)]
    return []


# ---------------------------------------------------------------- small scopes, exhaustively
MATCHES = ("", "-s 10.0.0.1/32", "! -s 10.0.0.1/32", "-p tcp -m tcp --dport 80", "-p tcp -m tcp ! --dport 80", "-m mark --mark 0x1/0x1")
ENDS = ("ACCEPT", "DROP", "RETURN", "MORE", "MARKED")
HOST = Host(interfaces={"eth0": ["192.0.2.1/24"], "eth1": ["198.51.100.1/24"]}, routes=["default via 192.0.2.254 dev eth0"], sysctls={})
ALL_PACKETS = [
    Packet(src=src, dst="198.51.100.7", proto="tcp", sport=1024, dport=dport, in_interface="eth0", mark=mark)
    for src, dport, mark in product(("10.0.0.1", "10.0.0.2"), (80, 81), (0, 1))
]


def small(first: tuple[str, str], second: tuple[str, str], more: str) -> str:
    """Two rules in FORWARD, one in a chain of its own, and a chain that sets a mark and goes on."""
    rules = "".join(f"-A FORWARD {match} -j {end}\n" for match, end in (first, second))
    return (
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:MARKED - [0:0]\n:MORE - [0:0]\n"
        f"{rules}-A MARKED -j MARK --set-xmark 0x1/0x0\n-A MORE {more} -j ACCEPT\nCOMMIT\n"
    )


@pytest.mark.parametrize("first", list(product(MATCHES, ENDS)), ids=" ".join)
def test_explain_is_what_all_walks_together_say(first: tuple[str, str]) -> None:
    for number, second in enumerate(product(MATCHES, ENDS)):
        rs = iptsim.parse(small(first, second, MATCHES[number % len(MATCHES)]), host=HOST)
        explanation = rs.explain(
            src=["10.0.0.1", "10.0.0.2"], dst="198.51.100.7", proto="tcp", sport=1024, dport=[80, 81], in_interface="eth0", mark=["0", "1"]
        )
        for packet in ALL_PACKETS:
            inside = [case for case in explanation.cases if case.when.contains(packet) is not NO]
            assert len(inside) == 1
            same_end(rs.walk(packet), inside[0].trace)


# ---------------------------------------------------------------- what the laws ask
def explained(rs: Ruleset, flow: dict[str, Any]) -> Explanation | None:
    """The explanation, or None where iptsim says that there is none."""
    try:
        explanation: Explanation = rs.explain(**flow)
    except IptsimError:
        return None
    return explanation


def is_a_partition(explanation: Explanation) -> None:
    """The cases are disjoint, and together they are the question."""
    diagrams = explanation.question.world.diagrams
    met = 0
    for case in explanation.cases:
        assert case.when
        assert not diagrams.keep(met, case.when.node)
        met = diagrams.join(met, case.when.node)
    assert met == explanation.question.node


def witness_goes_the_way_of(rs: Ruleset, case: Case) -> None:
    """The witness is in the case, and goes and is answered as the case says."""
    assert case.when.contains(case.witness) is YES
    if is_mapped(case.witness):
        return
    trace = answered(rs, case.witness, [False] * 20)
    if not lacks_a_type(trace):
        same_end(trace, case.trace)
    if rs.walk(case.witness).verdict is not Verdict.UNDECIDED:
        assert turns(trace) == turns(case.trace)


def is_mapped(witness: Packet) -> bool:
    """Is an address assumed that NETMAP makes? Of a wider network than its own explain does not know it, while that of one packet is known."""
    return any(" mapped by " in name for name in witness.assume or ())


def lacks_a_type(trace: Trace) -> bool:
    """Did it stop because NAT gave it an address of which nobody said whether it is this host's, or because it was told to be of a connection of
    which nobody said the ends? A packet has no place for that."""
    return trace.verdict is Verdict.UNDECIDED and any("(dst_type)" in reason or "(ct" in reason for reason in trace.unknown)


def turns(trace: Trace) -> list[str]:
    """The steps at which the way could have parted: a rule that only logs or counts is none, nor a remark of the stack's, nor a chain from which
    every packet comes back as it was."""
    kept: list[Step] = []
    for step in trace:
        if step.effect in ("end", "return") and kept and kept[-1].effect == "jump":
            kept.pop()
        elif step.effect not in ("continue", "note"):
            kept.append(step)
    return [step.id for step in kept]


def ways(explanation: Explanation, packet: Packet) -> list[tuple[Case, Packet]]:
    """The cases that a packet can be in: as it is, with what each assumes of things that nobody knows."""
    world = explanation.question.world
    these = world.of(packet)
    found = []
    for case in explanation.cases:
        node = world.diagrams.keep(these, case.when.node)
        if node:
            known = {**Space(world, node).example().known(), **packet.known()}
            found.append((case, Packet(**{name: value for name, value in known.items() if name in packet.known() or name in ("assume", "dst_type")})))
    return found


def answered(rs: Ruleset, packet: Packet, answers: list[bool]) -> Trace:
    """The packet's way, what it stops at for want of an answer answered: a case does not assume what makes no difference to it."""
    for answer in answers:
        trace: Trace = rs.walk(packet)
        unknown = [reason.rpartition(": ")[0] for reason in trace.unknown if ": " in reason]
        if not unknown:
            return trace
        packet = Packet(**{**packet.known(), "assume": {**(packet.assume or {}), unknown[0]: answer}})
    return trace


def answer_to(case: Case) -> Packet | None:
    """The packet that answers a case's witness, where all of it is known."""
    out = case.trace.out
    ends = None if out is None else (out.src, out.dst, out.sport, out.dport)
    if out is None or ends is None or None in ends or case.trace.fate not in ("sent", "delivered"):
        return None
    where = {"from_host": True} if case.trace.fate == "delivered" else {"in_interface": out.out_interface}
    back = {"src": out.dst, "dst": out.src, "sport": out.dport, "dport": out.sport, "proto": out.proto} | (
        {"tcp_flags": "SYN,ACK"} if out.proto == 6 else {}
    )
    assumed = dict(case.witness.assume or {})
    given = {
        name: assumed[f"{name} of the answer"] for name in ("ttl", "length", "tos", "uid_owner", "gid_owner") if f"{name} of the answer" in assumed
    }
    return Packet(**back, **where, **given, assume=assumed)


def same_end(one: Trace, other: Trace) -> None:
    assert (one.verdict, one.fate, one.decided_by) == (other.verdict, other.fate, other.decided_by)
