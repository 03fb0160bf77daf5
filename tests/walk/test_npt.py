"""NPTv6: addresses as the kernel renumbers them; what conntrack makes of the answers."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

import iptsim
from iptsim.effect import MapPrefix
from iptsim.packet import Packet
from iptsim.walk.npt import mapped


def number(text: str) -> int:
    return int(ip_address(text))


# (old address, prefix that is replaced, its length, new prefix, its length, new address), the first two as a kernel said, the third by RFC 6296
ROWS = [
    ("fd00:1::5", "fd00:1::", 48, "2001:db8:1::", 48, "2001:db8:1:cf47::5"),
    ("2001:db8:1:d54d::5", "2001:db8:1::", 48, "fd00:1::", 48, "fd00:1:0:606::5"),
    ("fd01:203:405:1::1234", "fd01:203:405::", 48, "2001:db8:1::", 48, "2001:db8:1:d550::1234"),
    ("fd00:1::ffff:2:3:4", "fd00:1::", 64, "2001:db8:1:20::", 60, "2001:db8:1:20:ffff:cf29:3:4"),
    ("fd00:1::ffff:ffff:ffff:ffff", "fd00:1::", 64, "2001:db8:1:20::", 64, None),
]


@pytest.mark.parametrize(("address", "old", "old_bits", "new", "new_bits", "becomes"), ROWS)
def test_an_address_gets_another_prefix(address: str, old: str, old_bits: int, new: str, new_bits: int, becomes: str | None) -> None:
    found = mapped(number(address), MapPrefix("src", (number(old), old_bits), (number(new), new_bits)))
    assert found == (becomes and number(becomes))


RULES = iptsim.parse(
    """*mangle
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -j DNPT --src-pfx 2001:db8:1::/48 --dst-pfx fd00:1::/48
-A POSTROUTING -o eth0 -j SNPT --src-pfx fd00:1::/48 --dst-pfx 2001:db8:1::/48
COMMIT
*filter
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i eth1 -j ACCEPT
COMMIT
""",
    family=6,
)


def test_the_answer_is_of_no_connection_that_conntrack_knows() -> None:
    explanation = RULES.explain(in_interface="eth1", src="fd00:1::5", dst="2001:db8:8::8", proto="tcp", dport=80, out_interface="eth0")
    case = next(case for case in explanation.cases if case.trace.fate == "sent")
    assert case.trace.out is not None
    assert str(case.trace.out.src) == "2001:db8:1:cf47::5"
    assert [step.changes for step in case.trace if step.effect == "rewrite"] == [{"src": "2001:db8:1:cf47::5"}]
    assert case.reply is not None
    assert (str(case.reply.verdict), case.reply.decided_by) == ("DROP", "filter:FORWARD:policy")


def test_an_address_that_has_no_new_one_is_a_case_of_its_own() -> None:
    rules = iptsim.parse(
        "*mangle\n:POSTROUTING ACCEPT\n-A POSTROUTING -j SNPT --src-pfx fd00:1::/64 --dst-pfx 2001:db8:1:20::/64\nCOMMIT\n", family=6
    )
    cases = rules.explain(in_interface="eth1", out_interface="eth0", src="fd00:1::ffff:ffff:ffff:fff0/124", dst="2001:db8:8::8", proto="udp").cases
    assert {(str(case.verdict), case.decided_by) for case in cases if case.trace.fate != "delivered"} == {
        ("ACCEPT", None),
        ("DROP", "mangle:POSTROUTING:rule:1"),
    }


def test_what_is_sent_elsewhere_by_dnpt_is_routed_anew() -> None:
    host = iptsim.Host(interfaces={"eth0": ["2001:db8::10/64"], "eth1": ["fd00:1::1/64"]}, routes=["2001:db8::/64 dev eth0", "fd00:1::/64 dev eth1"])
    rules = iptsim.parse("*mangle\n:OUTPUT ACCEPT\n-A OUTPUT -j DNPT --src-pfx 2001:db8::/64 --dst-pfx fd00:1::/64\nCOMMIT\n", family=6, host=host)
    trace = rules.walk(Packet(from_host=True, src="2001:db8::10", dst="2001:db8::99", proto="udp", sport=1, dport=2))
    assert trace.out is not None
    assert (trace.out.out_interface, str(trace.out.dst)) == ("eth1", "fd00:1::30b7:0:0:99")
