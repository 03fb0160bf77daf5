"""Match devgroup: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, YES, holds, reads, says, stands

test_reads_and_saves = reads(
    ("-m devgroup --src-group 0x5 ! --dst-group 0x5/0x7", "-m devgroup ! --dst-group 5/7 --src-group 5"), ("error: needs --src-group", "-m devgroup")
)
test_stands = stands(
    ("is not allowed in OUTPUT", "filter:OUTPUT -m devgroup --src-group 0x5"),
    ("only in FORWARD", "filter:INPUT -m devgroup --src-group 0x5 --dst-group 0x6"),
)
test_holds = holds((UNKNOWN, "-m devgroup --src-group 5", "in_interface=eth0"), (YES, "-m devgroup --src-group 5", "src-group:0x5=yes"))
test_says = says(("the group of the interface it came in by is not 0x5", "-m devgroup ! --src-group 5"))
