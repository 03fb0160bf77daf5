"""A flow as a user gives it: some fields one value, some several, the rest open."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iptsim.errors import FlowError
from iptsim.names import PORTED, PROTOCOLS
from iptsim.packet import FIELDS, Packet, read_field, read_flags, top_of
from iptsim.predicate import Masked, Name, Not, Or, Pred, Test, ranges, tests
from iptsim.reading import Reading
from iptsim.ruleset import Ruleset
from iptsim.values import PORT_LIST, PORT_RANGE

_KEYWORDS = frozenset(Packet.__slots__) - {"assume", "from_host"}


@dataclass(slots=True)
class Question:
    """What was asked: fields that are known, what is asked of the others, and which defaults were opened with "any"."""

    given: Mapping[str, Any]
    fixed: dict[str, Reading] = field(default_factory=dict)
    asked: list[Pred] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    assume: dict[str, Any] = field(default_factory=dict)
    after: list[Packet] = field(default_factory=list)

    def names(self) -> list[str]:
        """The fields that were given a meaning."""
        return [*self.fixed, *(test.field for pred in self.asked for test in tests(pred))]


def read_flow(ruleset: Ruleset, flow: Mapping[str, Any]) -> Question:
    """The question in a flow's keywords. Raises FlowError for a keyword, value or combination that makes no sense."""
    question = Question(dict(flow))
    for name, value in flow.items():
        if value is None:
            continue
        if name == "assume":
            question.assume = dict(value)
        elif name == "after":
            question.after = [p if isinstance(p, Packet) else read_packet(p) for p in ([value] if isinstance(value, str | Packet) else value)]
        elif name == "from_host":
            origin = Test("in_interface", Name(""))
            question.asked.append(origin if value else Not(origin))
            if value:
                question.fixed["in_interface"] = ""
        elif name in _KEYWORDS:
            _field(ruleset, question, name, value)
        else:
            raise FlowError(f"a flow has no field {name!r}", hint=f"fields: {', '.join(sorted(_KEYWORDS | {'from_host', 'after', 'assume'}))}")
    _implied(ruleset, question)
    return question


def _field(ruleset: Ruleset, question: Question, name: str, value: Any) -> None:
    if isinstance(value, str) and value.strip().lower() == "any":
        question.opened.add(name)
        return
    if name == "icmp_type" and isinstance(value, str):
        value = _icmp_type(ruleset, question, value)
    if name == "tcp_flags" and isinstance(value, str) and " " in value.strip():
        mask, comp = value.split(maxsplit=1)
        question.asked.append(Test(name, Masked(read_flags(mask), read_flags(comp))))
        question.opened.add(name)
        return
    items = list(value) if isinstance(value, list | tuple | set | frozenset) else _listed(name, value)
    single = _single(ruleset, name, items[0]) if len(items) == 1 else None
    if single is not None:
        question.fixed[name] = single
        return
    wanted: list[Pred] = [values(ruleset, name, item) for item in items]
    question.asked.append(Or(tuple(wanted)))
    question.opened.add(name)


def _icmp_type(ruleset: Ruleset, question: Question, value: str) -> Any:
    """`echo-request`, `8`, `3/4`: the code becomes a field of its own."""
    from iptsim.values import ICMP, ICMPV6

    try:
        kind, lo, hi = (ICMP if ruleset.family == 4 else ICMPV6).read(value)
    except ValueError as problem:
        raise FlowError(str(problem)) from None
    if lo == hi:
        question.fixed["icmp_code"] = lo
    return kind


def _listed(name: str, value: Any) -> list[Any]:
    if isinstance(value, str) and name not in ("in_interface", "out_interface", "physdev_in", "physdev_out", "tcp_flags"):
        return [part.strip() for part in value.split(",") if part.strip()] or [value]
    return [value]


def _single(ruleset: Ruleset, name: str, item: Any) -> Reading | None:
    """The one value that an item stands for, None if it stands for several."""
    kind = FIELDS[name].kind
    if kind == "address":
        lo, hi = _addresses(ruleset, name, item)
        return lo if lo == hi else None
    if kind == "interface":
        text = read_field(name, item)
        return None if text.endswith("+") else text
    if isinstance(item, str) and (_is_range(name, item) or "/" in item):
        return None
    return int(read_field(name, item))


def _is_range(name: str, item: str) -> bool:
    return FIELDS[name].kind == "number" and name != "mac_source" and bool(re.fullmatch(r"[^:-]*[:-][^:-]*", item)) and not item.isalpha() and (
        ":" in item or bool(re.fullmatch(r"[0-9]+-[0-9]+", item)))  # fmt: skip


def values(ruleset: Ruleset, name: str, item: Any) -> Pred:
    """What a value, range or name asks of the field. Raises FlowError where the field cannot have it."""
    kind, top = FIELDS[name].kind, top_of(name, ruleset.family)
    if kind == "address":
        return Test(name, ranges([_addresses(ruleset, name, item)]))
    if kind == "interface":
        text = read_field(name, item)
        return Test(name, Name(text[:-1], prefix=True) if text.endswith("+") else Name(text))
    if isinstance(item, str) and kind == "bits" and "/" in item:
        value, mask = (int(part, 0) for part in item.split("/"))
        return Test(name, Masked(mask, value))
    if isinstance(item, str) and name in ("sport", "dport"):
        return Test(name, ranges(_ports(name, item.replace("-", ":") if item[:1].isdigit() else item)))
    if isinstance(item, str) and _is_range(name, item):
        lo, hi = re.split("[:-]", item)
        return Test(name, ranges([(int(read_field(name, lo)) if lo else 0, int(read_field(name, hi)) if hi else top)]))
    value = int(read_field(name, item))
    return Test(name, ranges([(value, value)]))


def _ports(name: str, text: str) -> Iterable[tuple[int, int]]:
    try:
        return PORT_LIST.read(text) if "," in text else [PORT_RANGE.read(text)]
    except ValueError as problem:
        raise FlowError(f"{name}: {problem}") from None


def _addresses(ruleset: Ruleset, name: str, item: Any) -> tuple[int, int]:
    """An address, a network, a range a-b, or the name of a container, as an inclusive range."""
    text = str(item).strip()
    try:
        if "-" in text and not text[:1].isalpha():
            ends = [ipaddress.ip_address(part.strip()) for part in text.split("-")]
            lo, hi, version = int(ends[0]), int(ends[-1]), ends[0].version
        else:
            net = ipaddress.ip_network(text, strict=False)
            lo, hi, version = int(net.network_address), int(net.broadcast_address), net.version
    except ValueError:
        found = ruleset.host.resolve(text, ruleset.family) if ruleset.host is not None else None
        if found is None:
            hint = "a container's name needs --docker" if re.fullmatch(r"[A-Za-z][\w.-]*", text) else ""
            raise FlowError(f"{name} {text!r} is not an address, a network or a range", hint=hint) from None
        return found, found
    if version != ruleset.family:
        raise FlowError(
            f"{name} {text} is IPv{version}, but {ruleset.source.name} is an IPv{ruleset.family} ruleset",
            hint="give the dump of ip6tables-save" if version == 6 else "give the dump of iptables-save",
        )
    if lo > hi:
        raise FlowError(f"the range {text} of {name} is backwards")
    return lo, hi


def _implied(ruleset: Ruleset, question: Question) -> None:
    """What a field says about the protocol: only some protocols have ports, flags, or ICMP types."""
    names = question.names()
    if "proto" in names:
        proto = question.fixed.get("proto")
        for field_name, allowed in (("dport", PORTED), ("sport", PORTED)):
            if field_name in names and isinstance(proto, int) and proto not in allowed:
                raise FlowError(f"{field_name} was given, but protocol {proto} has no ports")
        return
    if "tcp_flags" in question.fixed or any(isinstance(p, Test) and p.field == "tcp_flags" for p in question.asked):
        question.fixed["proto"] = PROTOCOLS["tcp"]
    elif "icmp_type" in names or "icmp_code" in names:
        question.fixed["proto"] = 1 if ruleset.family == 4 else 58
    elif "sport" in names or "dport" in names:
        question.asked.append(Test("proto", ranges((p, p) for p in PORTED)))


# ---------------------------------------------------------------- the one-string form
_STRING = re.compile(r"(?:(?P<proto>[A-Za-z0-9_.-]+)\s+)?(?P<src>\S+?)\s*(?:->|>)\s*(?P<dst>[^\s,]+)(?P<rest>.*)", re.DOTALL)
_WORDS = {"in": "in_interface", "out": "out_interface", "mark": "mark", "state": "ctstate", "flags": "tcp_flags", "type": "icmp_type"}


def read_string(text: str) -> dict[str, Any]:
    """`tcp 203.0.113.50 -> 198.51.100.10:443 in eth0` as a flow's keywords. `*` or `any` leaves a part open. Raises FlowError."""
    found = _STRING.fullmatch(text.strip())
    if not found:
        raise FlowError(f"{text!r} is not a flow", expected="PROTO SRC[:PORT] -> DST[:PORT] [in IFACE] [out IFACE] [flags SYN,ACK] [from host]")
    flow: dict[str, Any] = {}
    proto = found["proto"]
    if proto and proto not in ("*", "any"):
        flow["proto"] = proto
    for side, port in (("src", "sport"), ("dst", "dport")):
        host, number = _split_port(found[side])
        if host == "host" and side == "src":
            flow["from_host"] = True
        elif host not in ("", "*", "any"):
            flow[side] = host
        if number not in ("", "*", "any"):
            flow[port] = number
    words = found["rest"].replace(",", " ").split() if "flags" not in found["rest"] else found["rest"].split()
    _rest(text, flow, [word.strip(",") for word in words if word.strip(",")])
    return flow


def _split_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, port.lstrip(":")
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, ""


def _rest(text: str, flow: dict[str, Any], words: list[str]) -> None:
    at = 0
    while at < len(words):
        word = words[at].lower()
        if word == "from" and at + 1 < len(words) and words[at + 1] in ("host", "here"):
            flow["from_host"] = True
            at += 2
        elif word in _WORDS and at + 1 < len(words):
            flow[_WORDS[word]] = words[at + 1]
            at += 2
        elif word == "syn":
            flow["tcp_flags"] = "SYN"
            at += 1
        elif word.upper() in ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"):
            flow["ctstate"] = word.upper()
            at += 1
        else:
            raise FlowError(f"{words[at]!r} is not understood in the flow {text!r}", expected=", ".join([*_WORDS, "from host", "syn"]))


def read_packet(text: str) -> Packet:
    """The one-string form as one packet. Raises FlowError where it leaves a range."""
    return Packet(**read_string(text))
