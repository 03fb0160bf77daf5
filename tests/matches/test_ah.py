"""Match ah: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says, stands

test_reads_and_saves = reads("-p ah -m ah ! --ahspi 5", ("error: --ahlen", "-p ah -m ah --ahspi 5 --ahlen 6"))
test_reads_and_saves_ipv6 = reads("-m ah --ahspi 5 --ahlen 6 --ahres", "-m ah", family=6)
test_stands = stands(
    ("-m ah with these options needs -p ah", "filter:INPUT -m ah --ahspi 5"),
)
test_holds = holds((NO, "-p ah -m ah ! --ahspi 5", "proto=udp"), (UNKNOWN, "-p ah -m ah ! --ahspi 5", "proto=ah fragment=0"))
test_holds_for_ipv6 = holds((NO, "-m ah ! --ahspi 5", "ah-header=no"), (UNKNOWN, "-m ah", "proto=tcp"), family=6)
test_says = says(("the AH SPI is not 5", "-p ah -m ah ! --ahspi 5"))
