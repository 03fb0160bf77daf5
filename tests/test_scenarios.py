"""Stories whose ends a real kernel told: fixtures/scenarios and the flows of kube-proxy's own tests."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import iptsim
from iptsim.host import Host
from iptsim.packet import PROTOCOL_NAMES, Packet
from iptsim.predicate import Truth
from iptsim.questions.explanation import Explanation
from iptsim.ruleset import Ruleset
from iptsim.trace import Step, Trace

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOLDERS = sorted((FIXTURES / "scenarios").glob("*.d"))
FLOWS = [(folder, flow) for folder in FOLDERS for flow in json.loads((folder / "flows.json").read_text())["flows"]]
IDS = [f"{folder.name[:2]} {flow['id']}: {flow['question']}" for folder, flow in FLOWS]

FATES = {"FORWARD": ("ACCEPT", "sent"), "LOCAL": ("ACCEPT", "delivered"), "DROP": ("DROP", "dropped"), "REJECT": ("REJECT", "rejected")}
FLAGS = {"S": "SYN", "A": "ACK", "F": "FIN", "R": "RST", "P": "PSH", "U": "URG"}
# What the kernel was in when it was asked: limits with tokens, recent lists without the address, cni0's ports in hairpin mode.
STATE = {"limit": True, "recent": False, "hairpin:cni0": True}
# 22: who is behind which port of the bridge, and with which MAC address; 10.0.0.66 is the virtual machine's forged address.
VM = {"10.0.0.5", "10.0.0.66"}


@cache
def ruleset(folder: Path, family: int) -> Ruleset:
    """The dump of a story, on its host."""
    files = {name: folder / f"{name}.txt" for name in ("addr", "route", "rule", "ipset", "sysctl")}
    host = Host.read(**{name: str(file) for name, file in files.items() if file.exists()})
    dump = folder.with_suffix(".txt") if family == 4 else folder / "rules.v6.txt"
    return iptsim.load(dump, host=host, family=family, backend="nft" if folder.name.startswith("20") else None)


def told(folder: Path, recorded: dict[str, Any]) -> dict[str, Any]:
    """A recorded packet in the keywords of a flow."""
    flow: dict[str, Any] = {name: recorded[name] for name in ("src", "dst", "proto", "sport", "dport") if name in recorded}
    if recorded["iface"] == "local":
        flow["from_host"] = True
    else:
        flow["in_interface"] = recorded["iface"]
    if "flags" in recorded:
        flow["tcp_flags"] = ",".join(FLAGS[letter] for letter in recorded["flags"])
    if "uid" in recorded:
        flow["uid_owner"] = recorded["uid"]
    if flow["proto"] in ("tcp", "udp"):
        flow.setdefault("sport", 40000)
    if flow["proto"] == "icmp":
        flow |= {"icmp_type": 8, "icmp_code": 0}
    if folder.name.startswith("22"):
        ports = ("tapd41e0c55-7a", "qvbd41e0c55-7a")
        sent_by_vm = flow["src"] in VM
        flow |= {"physdev_in": ports[not sent_by_vm], "physdev_out": ports[sent_by_vm], "out_interface": flow["in_interface"]}
        flow["mac_source"] = "02:42:0a:00:00:05" if sent_by_vm else "02:42:0a:00:00:09"
    return flow


def walks(folder: Path, flow: dict[str, Any]) -> list[Trace]:
    """How the packet can go: one way, or where dice fall (kube-proxy's --probability) one for each fall."""
    rs = ruleset(folder, 6 if ":" in flow["packet"]["dst"] else 4)
    after = [Packet(**told(folder, before), assume=STATE) for before in flow["pre"]]
    return [rs.walk(Packet(**told(folder, flow["packet"]), assume={**STATE, "statistic": fall}), after=after) for fall in (True, False)]


def is_recorded(step: Step) -> bool:
    """Was that kind of step recorded? Policies of raw, mangle and security, and ends of user chains, were not."""
    silent = step.effect == "end" or (step.effect == "policy" and step.id.partition(":")[0] in ("raw", "mangle", "security"))
    return not silent and not step.id.startswith("kernel:")


def place(step: dict[str, Any]) -> str:
    """The id of a recorded step."""
    return f"{step['table']}:{step['chain']}:" + (f"rule:{step['num']}" if step["num"] else "policy")


def deciders(flow: dict[str, Any]) -> set[str]:
    """The ids of what was recorded as deciding, a rule by its text or `policy filter INPUT`."""
    if flow["decided_by"].startswith("policy "):
        _, table, chain = flow["decided_by"].split()
        return {f"{table}:{chain}:policy"}
    return {place(step) for path in flow["path"] for step in path if step.get("rule") == flow["decided_by"]}


@pytest.mark.parametrize(("folder", "flow"), FLOWS, ids=IDS)
def test_the_packet_ends_as_in_the_kernel(folder: Path, flow: dict[str, Any]) -> None:
    traces = walks(folder, flow)
    for trace in traces:
        assert (trace.verdict, trace.fate) == FATES[flow["verdict"]], trace
    # where dice fall, who decided was recorded for one of the falls
    assert {trace.decided_by for trace in traces} & deciders(flow), traces


@pytest.mark.parametrize(("folder", "flow"), FLOWS, ids=IDS)
def test_the_packet_takes_the_kernels_steps_in_the_kernels_order(folder: Path, flow: dict[str, Any]) -> None:
    wanted = {tuple(place(step) for step in path) for path in flow["path"]}
    taken = {tuple(step.id for step in trace if is_recorded(step)) for trace in walks(folder, flow)}
    assert wanted <= taken
    # the kernel's dice may have fallen one way whenever it was asked
    assert wanted == taken or "--mode random" in ruleset(folder, 4).save()


@pytest.mark.parametrize(("folder", "flow"), FLOWS, ids=IDS)
def test_the_packet_leaves_as_from_the_kernel(folder: Path, flow: dict[str, Any]) -> None:
    left = {re.sub(r" \[.*", "", line) for line in flow["egress"]}
    found = [line for line in left for trace in walks(folder, flow) if trace.fate == "sent" and re.fullmatch(egress(trace), line)]
    assert set(found) == left
    assert bool(left) == (flow["verdict"] == "FORWARD")


def egress(trace: Trace) -> str:
    """The packet as it left, as it was recorded; where the rule says that the port is a chance, any."""
    out = trace.out
    assert out is not None
    if out.sport is None:
        assert any("--random-fully" in step.rule.text for step in trace if step.rule)
    sport = r"\d+" if out.sport is None else out.sport
    return f"{out.out_interface}: {PROTOCOL_NAMES[out.proto or 0]} {re.escape(str(out.src))}:{sport} > {re.escape(str(out.dst))}:{out.dport}"


@pytest.mark.parametrize(("folder", "flow"), FLOWS, ids=IDS)
def test_a_case_of_the_explanation_is_what_the_kernel_did(folder: Path, flow: dict[str, Any]) -> None:
    rs = ruleset(folder, 6 if ":" in flow["packet"]["dst"] else 4)
    asked = told(folder, flow["packet"])
    after = [Packet(**told(folder, before), assume=STATE) for before in flow["pre"]]
    explanation = rs.explain(**asked, after=after)
    inside = [case for case in explanation.cases if case.when.contains(Packet(**asked)) is not Truth.NO]
    assert inside
    ends = [(case.verdict, case.trace.fate, case.trace.decided_by) for case in inside]
    verdict, fate = FATES[flow["verdict"]]
    assert any(end == (verdict, fate, decider) for end, decider in product(ends, deciders(flow))), ends


def test_nothing_that_the_kernel_checked_is_left_out() -> None:
    assert len(FLOWS) == 68
    assert all(flow["kernel_checked"] for _, flow in FLOWS)


# ---------------------------------------------------------------- kube-proxy
KUBE = [(case, flow) for case in json.loads((FIXTURES / "kube-proxy-flows.json").read_text())["cases"] for flow in case["flows"]]


@cache
def node(dump: str, family: int, addresses: tuple[str, ...]) -> Ruleset:
    """A node's rules. Its addresses are on eth0; pods are behind cni0, everything else behind eth0."""
    host = Host(
        interfaces={"lo": ["127.0.0.1/8", "::1/128"], "eth0": [f"{a}/{128 if ':' in a else 32}" for a in addresses]},
        routes=["default dev eth0"] if family == 4 else ["default via fe80::1 dev eth0"],
        sysctls={"net.ipv4.conf.all.route_localnet": 1},
    )
    return iptsim.parse(dump, host=host, family=family)


def kube(case: dict[str, Any], flow: dict[str, Any]) -> Explanation:
    """The explanation of a flow of kube-proxy's tests: one that comes in, or from a node's own address one that starts here."""
    rs = node(case["dump"], 4 if case["family"] == "ipv4" else 6, tuple(case["nodeIPs"]))
    here = flow["sourceIP"] in (*case["nodeIPs"], "127.0.0.1", "::1")
    asked: dict[str, Any] = {"src": flow["sourceIP"], "dst": flow["destIP"], "proto": flow["protocol"], "dport": flow["destPort"]}
    explanation: Explanation = rs.explain(**asked, **({"from_host": True} if here else {"in_interface": "eth0"}), assume={"recent": False})
    return explanation


def endings(explanation: Explanation) -> set[str]:
    """What kube-proxy's tests tell of a flow: where it is sent, or how it ends."""
    ends = set()
    for case in explanation.cases:
        dnat = [step for step in case.trace if step.rule and "-j DNAT" in step.rule.text]
        if case.verdict in ("DROP", "REJECT") and case.trace.fate != "lost":
            ends.add(str(case.verdict))
        elif dnat:
            ends.add(dnat[0].rule.text.rpartition("--to-destination ")[2])  # type: ignore[union-attr]  # as asked above
        else:
            ends.add("")
    return ends


def kube_ids(flows: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[str]:
    return [f"{case['test']}, {case['case']}: {flow['name']}" for case, flow in flows]


@pytest.mark.parametrize(("case", "flow"), KUBE, ids=kube_ids(KUBE))
def test_a_service_leads_to_the_endpoints_that_kube_proxy_expects(case: dict[str, Any], flow: dict[str, Any]) -> None:
    # ACCEPT, and no rule at all, mean the same here: the packet goes where it was sent
    wanted = {end.strip() for end in flow["output"].replace("ACCEPT", "").split(",")}
    assert endings(kube(case, flow)) == wanted


@pytest.mark.parametrize(("case", "flow"), KUBE, ids=kube_ids(KUBE))
def test_a_packet_is_marked_for_masquerading_where_kube_proxy_says_so(case: dict[str, Any], flow: dict[str, Any]) -> None:
    marked = any(step.id.startswith("nat:KUBE-MARK-MASQ:rule") for one in kube(case, flow).cases for step in one.trace)
    assert marked == flow["masq"]


def test_all_flows_of_kube_proxy_are_there() -> None:
    assert len(KUBE) == 118
