"""Rows of tests/walk about ICMP errors and REJECT's answers, put to the kernel of this machine."""

from __future__ import annotations

import pytest

import iptsim
from iptsim.kernel import Kernel, differences
from iptsim.packet import Packet
from tests.walk import test_rejecting, test_related
from tests.walk.asked import HOSTS, dump


@pytest.mark.parametrize(("told", "rules", "packets"), test_related.ROWS)
def test_an_error_is_about_an_earlier_packet(
    told: tuple[str, str, str | None], rules: tuple[str, ...], packets: tuple[Packet, ...], backend: str
) -> None:
    family = packets[0].dst.version if packets[0].dst else 4
    with Kernel(iptsim.parse(dump(rules), family=family, host=HOSTS[family]), backend=backend) as kernel:
        seen = kernel.flow(packets)
        walked = [kernel.ruleset.walk(trace.packet, after=[one.packet for one in seen[:n]]) for n, trace in enumerate(seen)]
    assert (" ".join(step.id for step in seen[-1]), str(seen[-1].fate)) == told[:2]
    assert [differences(*pair) for pair in zip(walked, seen, strict=True)] == [[]] * len(seen)


@pytest.mark.parametrize(("answered", "word", "packet"), test_rejecting.ROWS)
def test_reject_answers(answered: str | None, word: str, packet: Packet, backend: str) -> None:
    family = packet.dst.version if packet.dst else 4
    with Kernel(iptsim.parse(test_rejecting.rules(word), family=family, host=HOSTS[family]), backend=backend) as kernel:
        seen = kernel.send(packet)
    assert (seen.fate, seen.answer) == ("rejected", answered)


def test_an_answer_is_seen_that_the_rules_do_not_let_out(backend: str) -> None:
    rules = "*filter\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A FORWARD -j REJECT --reject-with icmp-host-unreachable\nCOMMIT\n"
    with Kernel(iptsim.parse(rules, family=4, host=HOSTS[4]), backend=backend) as kernel:
        seen = kernel.send(Packet(src="10.0.0.5", dst="8.8.8.8", proto="udp", sport=1, dport=2, in_interface="eth1"))
    assert seen.answer == "icmp-host-unreachable"
