"""The flow that was asked for, as it was understood, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iptsim.names import CT_STATES, PROTOCOL_NAMES
from iptsim.packet import flags_text
from iptsim.questions.explanation import Explanation
from iptsim.questions.flow import Question, read_flow
from iptsim.source import printable
from iptsim.walk.arrival import home
from iptsim.walk.setting import Setting

_WHERE = {"src", "sport", "dst", "dport"}
_SAID = ("proto", "src", "sport", "dst", "dport", "in_interface", "out_interface", "from_host", "tcp_flags", "ctstate", "assume", "after", "fragment")


def asked(explanation: Explanation) -> str:
    """`tcp 10.1.2.3 > 203.0.113.7:443, SYN, NEW, in eth0`; what is open is said to be any."""
    question = read_flow(explanation.ruleset, explanation.flow)
    flow = {name: value for name, value in explanation.flow.items() if value is not None}
    ends = f"{_end(flow, 'src', 'sport')} > {_end(flow, 'dst', 'dport')}" if flow.keys() & _WHERE else ""
    parts = [f"{_proto(question, flow)} {ends}".strip(" :"), *_state(question, flow), *_interfaces(explanation, flow)]
    for name, value in flow.items():
        if name not in _SAID:
            parts.append(f"{name.replace('_', ' ')} {_said(value)}")
    if flow.get("fragment"):
        parts.append("a later fragment")
    return printable(", ".join(parts))


def _proto(question: Question, flow: Mapping[str, Any]) -> str:
    fixed = question.fixed.get("proto")
    if isinstance(fixed, int):
        return PROTOCOL_NAMES.get(fixed, f"protocol {fixed}")
    if "proto" in flow:
        return _said(flow["proto"])
    return "any protocol with ports:" if "sport" in flow or "dport" in flow else "any packet:"


def _end(flow: Mapping[str, Any], side: str, port: str) -> str:
    host = _said(flow.get(side, "any"))
    if port not in flow:
        return host
    number = _said(flow[port]).replace(":", "-")
    return f"[{host}]:{number}" if ":" in host else f"{host}:{number}"


def _said(value: Any) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list | tuple | set | frozenset) else str(value)


def _state(question: Question, flow: Mapping[str, Any]) -> list[str]:
    """The flags and the state: those given, else those of the packet that opens a connection."""
    proto = question.fixed.get("proto")
    flags = flow.get("tcp_flags")
    out = []
    if flags is not None:
        out.append(flags_text(flags) if isinstance(flags, int) else f"flags {_said(flags)}")
    elif proto in (None, 6) and "proto" not in question.opened:
        out.append("SYN" if proto == 6 else "")
    state = flow.get("ctstate")
    if state is not None:
        out.append(CT_STATES[state] if isinstance(state, int) else _said(state).upper())
    elif flags is None or flags == "SYN":
        out.append("NEW")
    return [text for text in out if text]


def _interfaces(explanation: Explanation, flow: Mapping[str, Any]) -> list[str]:
    out = []
    if flow.get("from_host"):
        out.append("from this host")
    elif "in_interface" in flow:
        out.append(f"in {flow['in_interface']}")
    elif name := entry(explanation):
        host = explanation.ruleset.host
        out.append(f"in {name}" if host is not None and name in (host.interfaces or ()) else f"in {name} (assumed)")
    if "out_interface" in flow:
        out.append(f"out {flow['out_interface']}")
    return out


def entry(explanation: Explanation) -> str | None:
    """The interface that it must have come in by where that was not said, as its source is behind it."""
    question = read_flow(explanation.ruleset, explanation.flow)
    source = question.fixed.get("src")
    if "in_interface" in question.names() or not isinstance(source, int):
        return None
    now: dict[str, Any] = {}
    home(Setting.of(explanation.ruleset), now, (source, source))
    found: str | None = now.get("in_interface")
    return found
