"""Target tos: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Assign
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    ("-j TOS --set-tos 0x05/0xff", "-j TOS --set-tos 5"),
    ("-j TOS --set-tos 0x10/0x3f", "-j TOS --set-tos Minimize-Delay"),
    ("-j TOS --set-tos 0x00/0xfa", "-j TOS --and-tos 5"),
    ("-j TOS --set-tos 0x05/0x05", "-j TOS --or-tos 5"),
    ("-j TOS --set-tos 0x05/0x00", "-j TOS --xor-tos 5"),
    ("error: needs --set-tos", "-j TOS"),
)
test_does = does((Assign("tos", 0x10, 0x3F), "-j TOS --set-tos Minimize-Delay"), (Assign("tos", 0, 0xFA), "-j TOS --and-tos 5"))
test_says = says(("the TOS byte becomes 0x5", "-j TOS --set-tos 5"))
