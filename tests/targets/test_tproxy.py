"""Target tproxy: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Assign, Divert
from iptsim.predicate import Unknown
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-p tcp -j TPROXY --on-port 5 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0", "-p tcp -j TPROXY --on-port 5"),
    ("-p udp -j TPROXY --on-port 5 --on-ip 1.2.3.4 --tproxy-mark 0x1/0xffffffff", "-p udp -j TPROXY --tproxy-mark 1 --on-ip 1.2.3.4 --on-port 5"),
    ("error: needs -p tcp or -p udp", "-p icmp -j TPROXY --on-port 5"),
)
test_reads_and_saves_ipv6 = reads(("-p tcp -j TPROXY --on-port 5 --on-ip :: --tproxy-mark 0x0/0x0", "-p tcp -j TPROXY --on-port 5"), family=6)
_WHY = "it is not known whether a process of this host has a transparent socket for it at port 5"
_SOCKET = Unknown(_WHY, ("transparent-socket", "5"), first=False)
test_does = does(
    (Divert(_SOCKET, Assign("mark", 0, 0)), "-p tcp -j TPROXY --on-port 5"),
    (Divert(_SOCKET, Assign("mark", 1, 0xFF)), "-p tcp -j TPROXY --on-port 5 --tproxy-mark 0x1/0xff"),
)
test_says = says(("the proxy's port is 5", "-p tcp -j TPROXY --on-port 5"))
