"""Match policy: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, stands

test_reads_and_saves = reads(
    "-m policy --dir in --pol none",
    "-m policy --dir in --pol ipsec --strict --reqid 1 --spi 0x1 --proto esp --mode tunnel --tunnel-dst 1.2.3.4"
    " --tunnel-src 10.0.0.0/8 --next ! --reqid 2",
    ("-m policy --dir out --pol ipsec --proto ah", "-m policy --proto ah --pol ipsec --dir out"),
    ("-m policy --dir in --pol ipsec --mode tunnel --tunnel-dst 1.2.3.4", "-m policy --tunnel-dst 1.2.3.4 --mode tunnel --dir in"),
    ("-m policy --dir in --pol none", "-m policy --dir in --pol none --reqid 1"),
    ("error: --pol none says nothing more", "-m policy --dir in --pol none --reqid 1 --next"),
    ("error: several transformations need --strict", "-m policy --dir in --pol ipsec --reqid 1 --next --reqid 2"),
    ("error: at most 4 transformations", "-m policy --dir in --strict --reqid 1 --next --reqid 2 --next --reqid 3 --next --reqid 4 --next --reqid 5"),
    ("error: each transformation needs an option", "-m policy --dir in --strict --reqid 1 --next"),
    ("error: --reqid is given twice", "-m policy --dir in --reqid 1 --reqid 2"),
    ("error: need --mode tunnel", "-m policy --dir in --tunnel-dst 1.2.3.4"),
    ("error: is not one of esp, ah, ipcomp", "-m policy --dir in --proto tcp"),
    ("error: needs --dir", "-m policy --pol none"),
)
test_stands = stands(
    ("-m policy with these options is not allowed in OUTPUT, only in PREROUTING, INPUT, FORWARD", "filter:OUTPUT -m policy --dir in --pol none"),
    ("is not allowed in INPUT", "filter:INPUT -m policy --dir out --pol none"),
)
test_holds = holds(
    (YES, "-m policy --dir in --pol none", "policy:in:ipsec=no"),
    (YES, "-m policy --dir out --pol ipsec", "policy:out:ipsec=yes"),
    (NO, "-m policy --dir out --pol ipsec --reqid 1", "policy:out:ipsec=no"),
    (UNKNOWN, "-m policy --dir out --pol ipsec --reqid 1", "policy:out:ipsec=yes"),
)
test_says = says(("the direction is in, the policy is none", "-m policy --dir in --pol none"))
