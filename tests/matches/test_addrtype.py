"""Match addrtype: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, stands

test_reads_and_saves = reads(
    "-m addrtype --dst-type LOCAL",
    ("-m addrtype --src-type UNICAST,LOCAL,MULTICAST ! --dst-type BROADCAST --limit-iface-in",
     "-m addrtype --limit-iface-in ! --dst-type broadcast --src-type MULTICAST,LOCAL,UNICAST"),
    ("error: exclude each other", "-m addrtype --dst-type LOCAL --limit-iface-in --limit-iface-out"),
    ("error: needs --src-type or --dst-type", "-m addrtype"),
    ("error: is not one of UNSPEC", "-m addrtype --dst-type OTHER"),
)  # fmt: skip
test_stands = stands(
    ("is not allowed in OUTPUT", "filter:OUTPUT -m addrtype --dst-type LOCAL --limit-iface-in"),
    ("is not allowed in INPUT", "filter:INPUT -m addrtype --dst-type LOCAL --limit-iface-out"),
)
test_stands_ipv6 = stands(
    ("IPv6 has no addresses of type BROADCAST or NAT", "filter:INPUT -m addrtype ! --dst-type BROADCAST,NAT,LOCAL"),
    family=6,
)
test_holds = holds(
    (YES, "-m addrtype --dst-type LOCAL", "dst_type=LOCAL"),
    (NO, "-m addrtype --dst-type UNICAST", "dst_type=LOCAL"),
    (YES, "-m addrtype ! --dst-type LOCAL", "dst_type=BROADCAST"),
    (YES, "-m addrtype --src-type LOCAL --dst-type UNICAST,MULTICAST", "src_type=LOCAL dst_type=MULTICAST"),
    (UNKNOWN, "-m addrtype --dst-type LOCAL", "dst=10.0.0.1"),
    (YES, "-m addrtype --dst-type LOCAL --limit-iface-in", "dst_type=LOCAL addrtype:dst:limit-iface-in=yes"),
    (NO, "-m addrtype --dst-type LOCAL --limit-iface-in", "dst_type=LOCAL addrtype:dst:limit-iface-in=no"),
    (YES, "-m addrtype --dst-type UNICAST --limit-iface-in", "dst_type=LOCAL addrtype:dst:limit-iface-in=no"),
    (UNKNOWN, "-m addrtype --dst-type LOCAL --limit-iface-in", "dst_type=LOCAL"),
    (YES, "-m addrtype --dst-type MULTICAST --limit-iface-in", "dst_type=MULTICAST"),
)
test_holds_for_ipv6 = holds(
    (YES, "-m addrtype --dst-type UNICAST", "dst_type=LOCAL"),
    (NO, "-m addrtype --dst-type UNICAST", "dst_type=MULTICAST"),
    (NO, "-m addrtype --dst-type UNICAST,LOCAL", "dst_type=UNICAST"),
    (YES, "-m addrtype --dst-type UNICAST,LOCAL", "dst_type=LOCAL"),
    (NO, "-m addrtype --dst-type UNICAST,MULTICAST", "dst_type=MULTICAST"),
    (YES, "-m addrtype --dst-type UNREACHABLE,LOCAL", "dst_type=UNREACHABLE"),
    (YES, "-m addrtype --dst-type UNICAST --limit-iface-out", "dst_type=LOCAL"),
    (NO, "-m addrtype --dst-type LOCAL --limit-iface-out", "dst_type=LOCAL addrtype:dst:limit-iface-out=no"),
    family=6,
)
test_says = says(("the type of the destination address is not LOCAL or MULTICAST", "-m addrtype ! --dst-type LOCAL,MULTICAST"))
