"""The kernel as a judge: it notices what is wrong, keeps connections apart, and leaves nothing behind."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import iptsim
from iptsim.kernel import Kernel, KernelError, differences
from iptsim.kernel.network import set_commands
from iptsim.kernel.tools import run
from iptsim.packet import Packet
from iptsim.questions.verify import checks
from tests.kernel.hosts import HOSTS
from tests.walk.test_proxy import FARTHER
from tests.walk.test_proxy import HOST as PROXY_HOST

RULES = """*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A POSTROUTING -s 172.17.0.0/16 -o eth0 -j MASQUERADE
COMMIT
*mangle
:INPUT ACCEPT [0:0]
-A INPUT -p tcp -j CONNMARK --set-xmark 0x5/0xffffffff
-A INPUT -p tcp -j ECN --ecn-tcp-remove
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:USER - [0:0]
-A INPUT -p tcp -m tcp --dport 22:23 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 25 -j REJECT --reject-with tcp-reset
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD ! -o eth0 -g USER
-A USER -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
"""
SSH = Packet(in_interface="eth0", src="8.8.8.8", dst="203.0.113.10", proto="tcp", dport=23)
PUBLISHED = Packet(in_interface="eth0", src="8.8.8.8", dst="203.0.113.10", proto="tcp", sport=40000, dport=8080)
ANSWER = Packet(in_interface="docker0", src="172.17.0.2", dst="8.8.8.8", proto="tcp", sport=80, dport=40000, tcp_flags="SYN,ACK")


def kernel_of(rules: str, backend: str) -> Kernel:
    return Kernel(iptsim.parse(rules, family=4, backend=backend, host=HOSTS["plain IPv4"]))


# Mistakes as a walker could make them, and the packet that shows each: the rules that are walked are not those that the kernel has.
MISTAKES = (
    ("a range that ends one too early", ("22:23", "22:22"), SSH),
    ("a negation that is forgotten", ("! -o eth0", "-o eth0"), PUBLISHED),
    ("a goto that is taken for a jump to nowhere", ("-g USER", "-j ACCEPT"), PUBLISHED),
    ("another port after DNAT", ("172.17.0.2:80", "172.17.0.2:81"), PUBLISHED),
    ("another policy", (":INPUT DROP", ":INPUT ACCEPT"), Packet(in_interface="eth0", src="8.8.8.8", dst="203.0.113.10", proto="udp")),
    ("another answer", ("tcp-reset", "icmp-port-unreachable"), Packet(in_interface="eth0", src="8.8.8.8", dst="203.0.113.10", proto="tcp", dport=25)),
    ("another mark of the connection", ("--set-xmark 0x5/", "--set-xmark 0x4/"), SSH),
    ("TCP flags that stay", ("ECN --ecn-tcp-remove", "ECN --ecn-tcp-cwr 0"), Packet(**SSH.known(), tcp_flags="SYN,ECE,CWR")),
)


@pytest.mark.parametrize(("change", "packet"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_wrong_walk_is_noticed(change: tuple[str, str], packet: Packet, backend: str) -> None:
    assert change[0] in RULES
    wrong = iptsim.parse(RULES.replace(*change), family=4, backend=backend)
    with kernel_of(RULES, backend) as kernel:
        seen = kernel.send(packet)
        assert differences(kernel.ruleset.walk(seen.packet), seen) == []
        assert differences(replace(wrong, host=kernel.host).walk(seen.packet), seen) != []


def test_the_answer_belongs_to_the_connection_of_its_flow_alone(backend: str) -> None:
    with kernel_of(RULES, backend) as kernel:
        first, answer = kernel.flow([PUBLISHED, ANSWER])
        alone = kernel.send(ANSWER)
    assert first.out is not None
    assert (str(first.out.dst), first.out.dport, first.out.out_interface) == ("172.17.0.2", 80, "docker0")
    assert answer.out is not None
    assert (answer.decided_by, str(answer.out.src), answer.out.sport) == ("filter:FORWARD:rule:1", "203.0.113.10", 8080)
    assert (alone.fate, alone.decided_by) == ("dropped", "filter:FORWARD:policy")


@pytest.mark.parametrize(("state", "decider"), [("ESTABLISHED", "filter:FORWARD:rule:1"), ("RELATED", "filter:FORWARD:rule:1"),
                                                ("UNTRACKED", "filter:FORWARD:policy"), ("INVALID", "filter:FORWARD:policy")])  # fmt: skip
def test_a_packet_has_the_state_that_it_is_given(state: str, decider: str, backend: str) -> None:
    packet = Packet(in_interface="eth1", src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=53, dport=53, ctstate=state)
    with kernel_of(RULES, backend) as kernel:
        assert kernel.send(packet).decided_by == decider


@pytest.mark.parametrize("mark", [0, 0x77])
@pytest.mark.parametrize("ends", [{"in_interface": "eth1", "src": "10.0.0.5"}, {"from_host": True, "src": "10.0.0.1", "uid_owner": 1000}])
def test_a_mark_is_there_before_the_first_rule(ends: dict[str, object], mark: int, backend: str) -> None:
    rules = "*mangle\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -m mark --mark 0x77\n-A OUTPUT -m mark --mark 0x77\nCOMMIT\n"
    with kernel_of(rules, backend) as kernel:
        ids = [step.id for step in kernel.send(Packet(**ends, dst="8.8.8.8", proto="udp", mark=mark))]
    assert (ids[0].endswith(":rule:1")) == bool(mark)


# Copies of the packet, other packets that it causes, and messages to the groups that the harness listens to.
BUSY = """*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j TRACE
-A PREROUTING -p udp -j NFLOG --nflog-group 0 --nflog-prefix "TRACE"
-A PREROUTING -p udp -j LOG --log-prefix "TRACER: "
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p udp -j TEE --gateway GATEWAY
-A OUTPUT -p udp -j TEE --gateway GATEWAY
-A OUTPUT -p udp
-A POSTROUTING -p udp -j NFLOG --nflog-group 61077
-A POSTROUTING -p udp -j NFLOG --nflog-group 61078
-A POSTROUTING -p udp
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -p tcp -j SYNPROXY --sack-perm
-A FORWARD -p udp -m udp --dport 81 -j TEE --gateway GATEWAY
-A FORWARD -p udp -m udp --dport 81 -j REJECT
COMMIT
"""
HERE = {4: {"from_host": True, "src": "203.0.113.10", "dst": "8.8.8.8"}, 6: {"from_host": True, "src": "2001:db8::10", "dst": "2001:db8:8::8"}}
THERE = {4: {"in_interface": "eth1", "src": "10.0.0.5", "dst": "8.8.8.8"}, 6: {"in_interface": "eth1", "src": "fd00:1::5", "dst": "2001:db8:8::8"}}


@pytest.mark.parametrize("fields", [{"proto": "udp"}, {"proto": "udp", "dport": 81}, {"proto": "tcp"}], ids=str)
@pytest.mark.parametrize("ends", [HERE, THERE], ids=["sent", "received"])
@pytest.mark.parametrize("family", [4, 6])
def test_other_packets_and_messages_are_told_apart(family: int, ends: dict[int, dict[str, object]], fields: dict[str, object], backend: str) -> None:
    rules = BUSY.replace("GATEWAY", {4: "10.0.0.9", 6: "fd00:1::9"}[family])
    with Kernel(iptsim.parse(rules, family=family, backend=backend, host=HOSTS[f"plain IPv{family}"])) as kernel:
        trace = kernel.send(Packet(**ends[family], **fields))
    assert differences(kernel.ruleset.walk(trace.packet), trace) == []


def test_nothing_is_left_of_the_rules_before(backend: str) -> None:
    counted = "-A INPUT -m nfacct --nfacct-name web -m quota --quota 60 -j ACCEPT"
    before = f"*nat\n:PREROUTING ACCEPT\n:OLD -\n-A PREROUTING -j OLD\nCOMMIT\n*filter\n:INPUT DROP\n:OLD -\n{counted}\n-A INPUT -j OLD\nCOMMIT\n"
    with kernel_of(before, backend) as kernel:
        assert [kernel.send(SSH).fate for _ in range(2)] == ["delivered", "dropped"]
        kernel.refresh()
        assert kernel.send(SSH).fate == "delivered"
        kernel.load(iptsim.parse("*filter\n:FORWARD ACCEPT\nCOMMIT\n", family=4, backend=backend))
        with kernel.namespace.inside():
            left = run(f"iptables-{backend}-save")
    assert "OLD" not in left
    assert "DROP" not in left


def test_what_the_tools_refuse_is_said_in_their_words(backend: str) -> None:
    with (
        pytest.raises(KernelError, match=r"restore: .*nosuch"),
        kernel_of("*filter\n:INPUT ACCEPT\n-A INPUT -m nosuch -j ACCEPT\nCOMMIT\n", backend),
    ):
        pass


def test_a_rule_cannot_name_a_program_to_run(backend: str) -> None:
    rules = "*filter\n:INPUT ACCEPT\n-A INPUT -m nosuch --modprobe /bin/true -j ACCEPT\nCOMMIT\n"
    with pytest.raises(KernelError, match="names a program to run"), kernel_of(f"# Generated by iptables-save v1.8.9\n{rules}", backend):
        pass


def test_nothing_is_left_behind(backend: str) -> None:
    def held() -> tuple[str, int]:
        return os.readlink("/proc/thread-self/ns/net"), len(list(Path("/proc/self/fd").iterdir()))

    with kernel_of(RULES, backend):
        pass
    before = held()

    def interrupted() -> None:
        with kernel_of(RULES, backend) as kernel:
            kernel.send(SSH)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert held() == before


def test_sets_are_made_as_they_were() -> None:
    entries = ["10.0.0.9,tcp:80", "10.0.0.10,udp:1000-2000", "10.0.0.11,icmp:8/0"]
    host = iptsim.Host(ipsets={
        "nets": {"type": "hash:net", "entries": ["10.0.0.0/24", "10.0.0.5 nomatch"]}, "ports": {"type": "hash:ip,port", "entries": entries},
        "all": {"type": "list:set", "entries": ["nets"]},
    })  # fmt: skip
    assert list(set_commands(host)) == [
        "create nets hash:net maxelem 65536 family inet", "add nets 10.0.0.0/24", "add nets 10.0.0.5 nomatch",
        "create ports hash:ip,port maxelem 65536 family inet", *(f"add ports {entry}" for entry in entries),
        "create all list:set size 8", "add all nets",
    ]  # fmt: skip


PROXIED = """*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -i eth1 -p udp -j MARK --set-xmark 0x1/0xffffffff
-A PREROUTING -p tcp -m tcp --dport 81 -j TPROXY --on-port 99 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1
-A PREROUTING -i lo -m addrtype --dst-type LOCAL
-A PREROUTING -i lo -m addrtype --dst-type UNICAST
-A INPUT -m addrtype --dst-type UNICAST
-A OUTPUT -p udp -j MARK --set-xmark 0x1/0xffffffff
COMMIT
"""


def test_the_kernel_agrees_on_what_a_local_route_brings_to_this_host(backend: str) -> None:
    rules = replace(iptsim.parse(PROXIED, family=4, backend=backend), host=PROXY_HOST)
    received = ({"proto": 17}, {"proto": 6, "dport": 81}, {"proto": 6, "dport": 80})
    sent = ({"proto": 17}, {"proto": 17, "mark": 1}, {"proto": 6, "mark": 1})
    packets = [
        *(Packet(in_interface="eth1", src="10.0.0.5", dst="198.51.100.7", **more) for more in received),
        *(Packet(from_host=True, src="203.0.113.10", dst="198.51.100.7", **more) for more in sent),
        Packet(from_host=True, src="203.0.113.10", dst="10.0.0.1", proto=17),
    ]
    with Kernel(rules) as kernel:
        for packet in packets:
            (check,) = checks(kernel, [packet], [])
            assert check.differences == (), check.packets


def test_the_kernel_agrees_on_sources_where_there_are_local_routes(backend: str) -> None:
    rules = iptsim.parse("*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\nCOMMIT\n", family=4, backend=backend, host=FARTHER)
    packets = [
        *(Packet(in_interface="eth0", src=src, dst="10.0.0.9", proto=17) for src in ("198.18.0.5", "198.17.0.5", "10.0.0.255", "127.0.0.2")),
        *(Packet(from_host=True, dst=dst, proto=17) for dst in ("198.51.0.1", "127.0.0.2", "10.0.0.1")),
    ]
    with Kernel(rules) as kernel:
        for packet in packets:
            (check,) = checks(kernel, [packet], [])
            assert check.differences == (), check.packets
