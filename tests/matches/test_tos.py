"""Match tos: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, YES, holds, reads, says

test_reads_and_saves = reads(
    ("-m tos --tos 0x10/0xff", "-m tos --tos 16"),
    ("-m tos ! --tos 0x10/0x3f", "-m tos ! --tos Minimize-Delay"),
    "-m tos --tos 0x02/0x1e",
    ("error: is not a number", "-m tos --tos Fast"),
)
test_holds = holds(
    (YES, "-m tos --tos Minimize-Delay", "tos=0xd0"),
    (NO, "-m tos --tos 0x10", "tos=0xd0"),
    (NO, "-m tos --tos 0x11/0x10", "tos=0x11"),
    (YES, "-m tos ! --tos 0x11/0x10", "tos=0x11"),
)
test_says = says(("the TOS byte is not 0x10", "-m tos ! --tos 16"))
