"""Target reject: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Reject
from tests.cases import does, reads, says, stands

test_reads_and_saves = reads(
    "-j REJECT --reject-with icmp-admin-prohibited",
    ("-j REJECT --reject-with icmp-port-unreachable", "-j REJECT"),
    ("-j REJECT --reject-with icmp-net-unreachable", "-j REJECT --reject-with net-unreach"),
    ("-j REJECT --reject-with icmp-host-unreachable", "-j REJECT --reject-with icmp-host"),
    ("-p tcp -j REJECT --reject-with tcp-reset", "-p tcp -j REJECT --reject-with tcp-rst"),
    ("error: is not one of icmp-net-unreachable", "-j REJECT --reject-with icmp6-no-route"),
)
test_reads_and_saves_ipv6 = reads(
    ("-j REJECT --reject-with icmp6-port-unreachable", "-j REJECT"),
    ("-j REJECT --reject-with icmp6-adm-prohibited", "-j REJECT --reject-with adm-prohibited"),
    ("error: is not one of icmp6-no-route", "-j REJECT --reject-with icmp-net-unreachable"),
    family=6,
)
test_stands = stands(
    ("-j REJECT with these options needs -p tcp", "filter:INPUT -j REJECT --reject-with tcp-reset"),
    ("needs -p tcp", "filter:INPUT ! -p tcp -j REJECT --reject-with tcp-reset"),
)
test_does = does((Reject("icmp-port-unreachable"), "-j REJECT"), (Reject("tcp-reset"), "-p tcp -j REJECT --reject-with tcp-reset"))
test_does_ipv6 = does((Reject("icmp6-port-unreachable"), "-j REJECT"), family=6)
test_says = says(("the answer is icmp-port-unreachable", "-j REJECT"))
