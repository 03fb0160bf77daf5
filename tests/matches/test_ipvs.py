"""Match ipvs: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m ipvs --ipvs",
    "-m ipvs ! --ipvs",
    ("-m ipvs --vproto 6 ! --vaddr 10.0.0.0/24 --vport 80 --vdir REPLY", "-m ipvs --vdir REPLY --vport 80 ! --vaddr 10.0.0.1/24 --vproto tcp"),
    ("error: ipvs needs an option", "-m ipvs"),
    ("error: ! --ipvs cannot be together with other options", "-m ipvs ! --ipvs --vport 80"),
    ("error: is not one of GATE, IPIP, MASQ", "-m ipvs --vmethod TUN"),
)
test_holds = holds(
    (UNKNOWN, "-m ipvs --ipvs", "proto=tcp"),
    (YES, "-m ipvs ! --ipvs", "ipvs=no"),
    (NO, "-m ipvs ! --vport 80", "ipvs=no"),
    (YES, "-m ipvs ! --vport 80", "ipvs=yes ipvs-port:80=no"),
)
test_says = says(("the port of the virtual service is 80", "-m ipvs --vport 80"))
