"""How it ends, in words: who decided, where the packet goes, what the client sees, and whether the answer comes back."""

from __future__ import annotations

from iptsim.names import PROTOCOL_NAMES
from iptsim.packet import FIELDS, Packet
from iptsim.predicate import Name
from iptsim.questions.explanation import Case, Explanation
from iptsim.ruleset import Ruleset
from iptsim.show.asked import entry
from iptsim.source import printable
from iptsim.spaces import phrases
from iptsim.trace import Fate, Step, Trace, Verdict

_ICMP = (1, 58)
# What connect() and send() say of each ICMP error: icmp_err_convert[] in net/ipv4/icmp.c, icmpv6_err_convert() in net/ipv6/icmp.c.
_ERRORS = {
    "tcp-reset": "Connection refused",
    "icmp-port-unreachable": "Connection refused",
    "icmp-net-unreachable": "Network is unreachable",
    "icmp-net-prohibited": "Network is unreachable",
    "icmp-host-unreachable": "No route to host",
    "icmp-host-prohibited": "No route to host",
    "icmp-admin-prohibited": "No route to host",
    "icmp-proto-unreachable": "Protocol not available",
    "icmp6-no-route": "Network is unreachable",
    "icmp6-adm-prohibited": "Permission denied",
    "icmp6-addr-unreachable": "No route to host",
    "icmp6-port-unreachable": "Connection refused",
    "icmp6-policy-fail": "Permission denied",
}
_SIDES = {"src": "source", "sport": "source port", "dst": "destination", "dport": "destination port"}


# ---------------------------------------------------------------- who decided
def decider(trace: Trace) -> str:
    """`filter:FORWARD:rule:5`, `the policy of filter INPUT`, the kernel's own step; empty where nothing decided."""
    id = printable(trace.decided_by or "")
    if id.endswith(":policy"):
        table, _, chain = id.removesuffix(":policy").partition(":")
        return f"the policy of {table} {chain}"
    return id


def short(id: str | None) -> str:
    """The same in a table: `FORWARD rule 5`, `nat DOCKER rule 2`, `INPUT policy`, `kernel: martian`."""
    if not id:
        return "nothing"
    parts = id.split(":")
    if parts[0] == "kernel":
        return printable(f"kernel: {':'.join(parts[1:])}")
    words = [":".join(parts[1:-1]), "policy"] if parts[-1] == "policy" else [":".join(parts[1:-2]), "rule", parts[-1]]
    return printable(" ".join(words if parts[0] == "filter" else [parts[0], *words]))


def place(ruleset: Ruleset, id: str | None) -> str:
    """`line 15` of a rule, nothing of a policy."""
    try:
        return f"line {ruleset.rule(id or '').line}"
    except KeyError:
        return ""


# ---------------------------------------------------------------- what becomes of it
def fate(explanation: Explanation, case: Case) -> str:
    """What becomes of the packet, without its verdict: "leaves by eth0", "the client waits until it times out"."""
    trace = case.trace
    if trace.fate is Fate.SENT:
        return leaving(explanation, case)
    if trace.fate is Fate.DELIVERED:
        return "delivered to this host"
    if trace.fate is Fate.QUEUED:
        return "a program in user space decides"
    if trace.fate is Fate.UNDECIDED:
        return printable("; ".join(trace.unknown)) or "something would have to be known"
    if trace.fate is Fate.LOST:
        return printable(trace.steps[-1].note)
    return client_sees(trace)


def client_sees(trace: Trace) -> str:
    """What whoever sent a packet that was dropped or rejected notices of it."""
    packet, answer = trace.packet, trace.answer
    if trace.verdict is Verdict.REJECT and answer:
        error = _ERRORS.get(answer)
        if error is None or packet.proto in _ICMP:
            return f"the client is told {answer}"
        return f'{answer}, the client sees "{error}"'
    # nf_hook_slow() gives -EPERM to whoever sends; TCP sends its SYN again all the same (tcp_connect).
    sending = packet.from_host and trace.steps and trace.steps[-1].hook in ("OUTPUT", "POSTROUTING")
    if sending and packet.proto is not None and packet.proto != 6:
        return 'the sending process sees "Operation not permitted"'
    return "the client waits until it times out" if packet.proto in (None, 6) else "the client gets no answer"


def leaving(explanation: Explanation, case: Case) -> str:
    """By which interface it leaves, and as what: "leaves by eth0, from 198.51.100.10, to 10.9.0.5:8443"."""
    parts = [f"leaves by {exit_name(explanation, case)}"]
    for side, port, word in (("src", "sport", "from"), ("dst", "dport", "to")):
        new = _new(case.trace, side, port)
        parts += [new if new.startswith("with ") else f"{word} {new}"] if new else []
    return printable(", ".join(parts))


def _new(trace: Trace, side: str, port: str) -> str:
    """The new end of a packet, as far as it is known; empty where nothing changed."""
    changed = {name: (value, step) for step in trace.steps for name, value in step.changes.items()}
    now = {name: getattr(trace.out, name) for name in (side, port)}
    if side in changed:
        value, step = changed[side]
        number = now[port] if port in changed else None
        if value is not None:
            return end(value, number)
        return f"{now[side]} or another" if now[side] is not None else _open(step, trace.out)
    if port in changed:
        return "another port" if changed[port][0] is None else f"port {changed[port][0]}"
    return ""


def _open(step: Step, out: Packet | None) -> str:
    """A new address that is not known, by what is noted of it."""
    if step.note in ("address of the interface it leaves by", f"address of {out.out_interface if out else ''}"):
        return "with its address"
    return f"the {step.note}" if step.note.startswith("address of ") else "another address"


def end(address: object, port: object) -> str:
    """`10.9.0.5:8443`."""
    if port is None:
        return str(address)
    return f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"


def exit_name(explanation: Explanation, case: Case) -> str:
    """The interface it leaves by, or all those that it may leave by where no route is known: "any interface but docker0".

    The walk is asked again without being told: what it says then does not rest on the choice that the witness made.
    """
    asked = explanation.flow.get("out_interface")
    packet = Packet(**{name: value for name, value in case.witness.known().items() if name != "out_interface"})
    blind = explanation.ruleset.walk(packet) if not asked and not explanation.flow.get("after") else case.trace
    if blind.out is not None and blind.out.out_interface:
        return printable(blind.out.out_interface)
    world = case.when.world
    place = world.level("out_interface")
    if blind is case.trace or place not in world.diagrams.support(case.when.node):
        return printable((case.trace.out and case.trace.out.out_interface) or "some interface")
    d = world.diagrams
    real = d.minus(explanation.question.node, world.given("out_interface", Name("lo")))
    return printable(phrases.box(world, {place: d.values(d.keep(case.when.node, real), place)}, real).removeprefix("out "))


# ---------------------------------------------------------------- what a step does
def change_lines(step: Step) -> list[str]:
    """What a step changed: "destination becomes 10.9.0.5:8443"."""
    changes, out = dict(step.changes), []
    for side, port in (("src", "sport"), ("dst", "dport")):
        if side in changes:
            new, number = changes.pop(side), changes.pop(port, None)
            out.append(f"{_SIDES[side]} becomes {_unknown(step) if new is None else end(new, number)}")
    for name, value in changes.items():
        asked = _SIDES.get(name) or (FIELDS[name].asked.removeprefix("the ") if name in FIELDS else name)
        out.append(f"{asked} becomes {_value(name, value)}")
    return [printable(text) for text in out]


def _unknown(step: Step) -> str:
    """A new address that is not known, and how it would be."""
    if step.note.startswith("address of "):
        return f"the {step.note}"
    return "one of the range that the rule gives" if step.note else "one that depends on the old one"


def _value(name: str, value: object) -> str:
    if value is None:
        return "one that is not known"
    if FIELDS.get(name) and FIELDS[name].kind == "bits" and isinstance(value, int):
        return f"{value:#x}"
    return str(value)


def answer(ruleset: Ruleset, case: Case) -> tuple[str, str] | None:
    """The way of the connection's answer: (how it ends, the rest); None where there is no answer."""
    reply = case.reply
    if reply is None:
        return None
    line = place(ruleset, reply.decided_by)
    by = f" by {decider(reply)}{f' ({line})' if line else ''}" if reply.decided_by else ""
    if reply.verdict is Verdict.ACCEPT:
        state = "" if reply.out is None or reply.out.ctstate is None else f", {FIELDS['ctstate'].names[reply.out.ctstate]},"
        return "comes back" if case.fate is Fate.SENT else "goes out", f"{state}{by}"
    if reply.verdict is Verdict.UNDECIDED:
        return "undecided", printable(f"{by}: {'; '.join(reply.unknown)}")
    return str(reply.verdict), f"{by}: the connection does not work"


def brief(explanation: Explanation, case: Case) -> str:
    """What becomes of the packet, for a table: "out docker0, to 172.17.0.2", "the client times out"."""
    said = fate(explanation, case).replace("leaves by", "out", 1).replace("waits until it times out", "times out", 1)
    if case.verdict is Verdict.REJECT:
        said = said.partition(", ")[2] or said
    if case.connection == "broken" and case.reply is not None:
        return f"{said}; its answer: {case.reply.verdict} by {short(case.reply.decided_by)}"
    return said


def witness(explanation: Explanation, packet: Packet) -> str:
    """`tcp 172.17.0.2:40000 > 198.51.100.7:80`, and the interface where the question left it open."""
    proto = "" if packet.proto is None else PROTOCOL_NAMES.get(packet.proto, f"protocol {packet.proto}")
    kind = f" type {packet.icmp_type}/{packet.icmp_code or 0}" if packet.icmp_type is not None else ""
    told = "in_interface" in explanation.flow or "from_host" in explanation.flow or packet.in_interface == entry(explanation)
    source = "" if told else " from this host" if packet.from_host else f", in {packet.in_interface}" if packet.in_interface else ""
    return printable(f"{proto} {end(packet.src or '*', packet.sport)} > {end(packet.dst or '*', packet.dport)}{kind}{source}".strip())
