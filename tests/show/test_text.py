"""What is printed of an explanation: the answer first, then the way, then what it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import iptsim
from iptsim.show.text import explanation_text

ROOT = Path(__file__).parent.parent.parent
SEED = ROOT / "fixtures/seed/docker-after-install.txt"
HOST = iptsim.Host(
    interfaces={"eth0": ["198.51.100.10/24"], "eth1": ["10.9.0.1/24"]}, routes=["default via 198.51.100.1 dev eth0", "10.9.0.0/24 dev eth1"]
)
HOST6 = iptsim.Host(interfaces={"eth0": ["2001:db8::10/64"]}, routes=["default via 2001:db8::1 dev eth0", "2001:db8::/64 dev eth0"])
IN: dict[str, Any] = {"in_interface": "eth0", "src": "203.0.113.50", "dst": "198.51.100.10", "proto": "tcp", "dport": 80}


def explained(rules: str, host: iptsim.Host | None = HOST, family: int = 4, **flow: Any) -> str:
    """The text about a flow through a dump of these lines; a lone rule stands in filter."""
    text = rules if rules.startswith("*") else f"*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT ACCEPT\n{rules}\nCOMMIT\n"
    return explanation_text(iptsim.parse(text, host=host, family=family).explain(**flow))


# ---------------------------------------------------------------- several cases
def test_the_first_question_is_answered_on_one_screen() -> None:
    explanation = iptsim.load(SEED).explain(src="172.17.0.2", dport=80)
    lines = explanation_text(explanation, width=100).splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    "said",
    [
        "any protocol with ports: 172.17.0.2 > any:80, NEW, in docker0 (assumed)",
        "(1) to another host, but not 172.17.0.0/16  ACCEPT  FORWARD rule 5   out any interface but docker0, with its address",
        "(2) to another host in 172.17.0.0/16        ACCEPT  FORWARD rule 6   out docker0",
        "(3) to this host                            DROP    INPUT policy     the client times out",
        "  filter:FORWARD:rule:2   -j DOCKER-ISOLATION-STAGE-1  (returned)",
        "source becomes the address of the interface it leaves by",
        "ACCEPT by filter:FORWARD:rule:5 (line 17), leaves by any interface but docker0, with its address",
        "answer: comes back, ESTABLISHED, by filter:FORWARD:rule:3 (line 15)",
        "DROP by the policy of filter INPUT: the client waits until it times out",
        "help: rule 3 of INPUT came closest",
        "assumed: docker0 holds 172.17.0.0/16 (nat:POSTROUTING:rule:1, line 44)",
        "not known: the address of the interface it leaves by; --addr FILE tells",
    ],
)
def test_the_first_question_has_these_answers(said: str) -> None:
    assert said in str(iptsim.load(SEED).explain(src="172.17.0.2", dport=80))


def test_the_short_answer_comes_first_and_what_it_rests_on_last() -> None:
    text = str(iptsim.load(SEED).explain(src="172.17.0.2", dport=80))
    order = ["cases\n", "(3) to this host", "\nforward\n", "ACCEPT by", "answer:", "help:", "assumed:", "not known:"]
    found = [text.index(words) for words in order]
    assert found == sorted(found)


def test_what_the_kernel_loses_whatever_the_rules_say_has_no_section() -> None:
    text = str(iptsim.load(SEED).explain(src="172.17.0.2", dport=80))
    assert text.count("kernel: martian") == 1
    assert "\n(4)" not in text.partition("\n\n(1)")[2]


def test_steps_that_an_earlier_case_had_are_not_repeated() -> None:
    chains = "".join(f":c{n} -\n" for n in range(5))
    rules = "".join(f"-A INPUT -j c{n}\n" for n in range(5)) + "".join(f"-A c{n} -j RETURN\n" for n in range(5))
    text = explained(f"*filter\n:INPUT DROP\n{chains}{rules}-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n", **IN | {"dport": "22,23"})
    assert text.count("-j c1") == 1
    assert "as (1) up to filter:INPUT:rule:5, then" in text


# ---------------------------------------------------------------- the verdict, and what the client sees
@pytest.mark.parametrize(
    ("said", "rule", "flow"),
    [
        ("ACCEPT by filter:INPUT:rule:1 (line 5), delivered to this host", "-A INPUT -j ACCEPT", {}),
        ("DROP by filter:INPUT:rule:1 (line 5): the client waits until it times out", "-A INPUT -j DROP", {}),
        ("the client gets no answer", "-A INPUT -j DROP", {"proto": "udp"}),
        ('tcp-reset, the client sees "Connection refused"', "-A INPUT -p tcp -j REJECT --reject-with tcp-reset", {}),
        ('icmp-port-unreachable, the client sees "Connection refused"', "-A INPUT -j REJECT", {}),
        ('icmp-host-prohibited, the client sees "No route to host"', "-A INPUT -j REJECT --reject-with icmp-host-prohibited", {}),
        ('icmp-admin-prohibited, the client sees "No route to host"', "-A INPUT -j REJECT --reject-with icmp-admin-prohibited", {}),
        ('icmp-net-prohibited, the client sees "Network is unreachable"', "-A INPUT -j REJECT --reject-with icmp-net-prohibited", {}),
        ('icmp-proto-unreachable, the client sees "Protocol not available"', "-A INPUT -j REJECT --reject-with icmp-proto-unreachable", {}),
        ("the client is told icmp-port-unreachable", "-A INPUT -j REJECT", {"proto": "icmp", "dport": None}),
        ("QUEUE by filter:INPUT:rule:1 (line 5), a program in user space decides", "-A INPUT -j NFQUEUE --queue-num 1", {}),
    ],
)
def test_the_verdict_says_who_decided_and_what_the_client_sees(said: str, rule: str, flow: dict[str, Any]) -> None:
    assert said in explained(rule, **IN | flow)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Network is unreachable", "icmp6-no-route"), ("Permission denied", "icmp6-adm-prohibited"), ("No route to host", "icmp6-addr-unreachable"),
        ("Connection refused", "icmp6-port-unreachable"), ("Permission denied", "icmp6-policy-fail"),
    ],
)  # fmt: skip
def test_ipv6_has_errors_of_its_own(said: str, answer: str) -> None:
    flow = IN | {"src": "2001:db8:9::1", "dst": "2001:db8::10"}
    assert f'{answer}, the client sees "{said}"' in explained(f"-A INPUT -j REJECT --reject-with {answer}", HOST6, 6, **flow)


@pytest.mark.parametrize(("said", "proto"), [('the sending process sees "Operation not permitted"', "udp"), ("the client waits until", "tcp")])
def test_a_sender_on_this_host_sees_what_its_protocol_shows(said: str, proto: str) -> None:
    assert said in explained("-A OUTPUT -j DROP", from_host=True, src="198.51.100.10", dst="203.0.113.9", proto=proto, dport=53)


def test_a_lost_packet_says_why() -> None:
    text = explained(
        "-A FORWARD -j ACCEPT",
        iptsim.Host(interfaces={"eth0": ["198.51.100.10/24"]}, routes=["198.51.100.0/24 dev eth0"]),
        **IN | {"dst": "10.1.1.1"},
    )
    assert "DROP by kernel:no-route: no route to the destination" in text


# ---------------------------------------------------------------- the way
def test_one_case_is_the_flow_its_way_and_the_verdict() -> None:
    rules = (
        "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.9.0.5:8080\nCOMMIT\n"
        "*filter\n:FORWARD DROP\n:web -\n-A FORWARD -i eth0 -j web\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
        "-A web -d 10.9.0.5/32 -j ACCEPT\nCOMMIT\n"
    )
    assert explained(rules, **IN) == (
        "tcp 203.0.113.50 > 198.51.100.10:80, SYN, NEW, in eth0\n"
        "\n"
        "prerouting\n"
        "  nat:PREROUTING:rule:1  -d 198.51.100.10/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.9.0.5:8080\n"
        "                         destination becomes 10.9.0.5:8080\n"
        "routing: out eth1, route 10.9.0.0/24 dev eth1\n"
        "forward\n"
        "  filter:FORWARD:rule:1  -i eth0 -j web\n"
        "    filter:web:rule:1    -d 10.9.0.5/32 -j ACCEPT\n"
        "\n"
        "ACCEPT by filter:web:rule:1 (line 10), leaves by eth1, to 10.9.0.5:8080\n"
        "answer: comes back, ESTABLISHED, by filter:FORWARD:rule:2 (line 9)\n"
        "\n"
        "assumed: net.ipv4.ip_forward is 1: this host forwards\n"
    )


def test_an_answer_that_does_not_come_back_shows_its_way() -> None:
    text = explained("-A FORWARD -i eth1 -j ACCEPT", src="10.9.0.5", dst="203.0.113.9", in_interface="eth1", proto="tcp", dport=80)
    assert "the way of the answer\n" in text
    assert "answer: DROP by the policy of filter FORWARD: the connection does not work" in text


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ("mark becomes 0x7", "*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -j MARK --set-xmark 0x7/0xffffffff\nCOMMIT\n"),
        ("the packet is not tracked", "*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j CT --notrack\nCOMMIT\n"),
        ("destination port becomes 81", "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j REDIRECT --to-ports 81\nCOMMIT\n"),
    ],
)
def test_what_a_rule_changes_stands_below_it(said: str, rules: str) -> None:
    assert said in explained(rules, **IN)


def test_verbose_shows_every_step_and_the_way_of_the_answer() -> None:
    explanation = iptsim.load(SEED).explain(src="172.17.0.2", dst="8.8.8.8", proto="tcp", dport=80)
    shown = explanation_text(explanation, verbose=True)
    for step in explanation.cases[0].trace:
        assert step.id in shown
    assert "the way of the answer\n" in shown


# ---------------------------------------------------------------- what is not known
def test_what_is_not_known_says_how_to_answer_it() -> None:
    text = explained("-A INPUT -m limit --limit 3/min -j ACCEPT", **IN)
    assert "not known: limit@filter:INPUT:rule:1 (line 5)" in text
    assert "--assume limit@filter:INPUT:rule:1=yes (or =no)" in text


def test_a_set_says_which_file_tells() -> None:
    text = explained("-A INPUT -m set --match-set friends src -j ACCEPT", **IN)
    assert "--ipset FILE tells" in text


def test_a_target_that_is_not_known_is_undecided() -> None:
    text = explained("-A INPUT -j NOSUCH --why", **IN)
    assert "UNDECIDED by filter:INPUT:rule:1 (line 5): iptsim does not know -j NOSUCH" in text
    assert "--assume" not in text


# ---------------------------------------------------------------- the flow as understood
@pytest.mark.parametrize(
    ("said", "flow"),
    [
        ("any packet, NEW", {}),
        ("any packet: any > 10.9.0.5, NEW", {"dst": "10.9.0.5"}),
        ("tcp any:1024-65535 > any:80,443, SYN, NEW, in eth0", {"proto": "tcp", "sport": "1024:65535", "dport": [80, 443], "in_interface": "eth0"}),
        ("tcp, flags SYN,ACK, ESTABLISHED, from this host", {"tcp_flags": "SYN,ACK", "ctstate": "ESTABLISHED", "from_host": True}),
        ("udp 10.9.0.0/24 > any:53, NEW, out eth0, ttl 9", {"proto": "udp", "src": "10.9.0.0/24", "dport": 53, "out_interface": "eth0", "ttl": 9}),
        ("icmp, NEW, icmp type 8", {"icmp_type": "8"}),
    ],
)
def test_the_flow_is_told_as_it_was_understood(said: str, flow: dict[str, Any]) -> None:
    assert explained("-A INPUT -j ACCEPT", None, **flow).splitlines()[0] == said
