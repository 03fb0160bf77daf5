"""Match mac: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    ("-m mac ! --mac-source aa:bb:cc:00:11:22", "-m mac ! --mac-source AA:BB:CC:0:11:22"),
    ("error: is not a MAC address", "-m mac --mac-source aa:bb:cc"),
)
test_holds = holds(
    (YES, "-m mac --mac-source aa:bb:cc:00:11:22", "in_interface=eth0 mac_source=aa:bb:cc:00:11:22"),
    (NO, "-m mac --mac-source aa:bb:cc:00:11:22", "in_interface=eth0 mac_source=aa:bb:cc:00:11:23"),
    (NO, "-m mac ! --mac-source aa:bb:cc:00:11:22", "in_interface=lo"),
    (UNKNOWN, "-m mac --mac-source aa:bb:cc:00:11:22", "in_interface=eth0"),
)
test_says = says(("the source MAC address is not aa:bb:cc:00:11:22", "-m mac ! --mac-source aa:bb:cc:00:11:22"))
