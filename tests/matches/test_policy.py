"""Match policy: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    "-m policy --dir in --pol none",
    "-m policy --dir in --pol ipsec --strict --reqid 1 --spi 0x1 --proto esp --mode tunnel --tunnel-dst 1.2.3.4"
    " --tunnel-src 10.0.0.0/8 --next ! --reqid 2",
    ("-m policy --dir out --pol ipsec --proto ah", "-m policy --proto ah --pol ipsec --dir out"),
    ("error: needs --dir", "-m policy --pol none"),
)
test_holds = holds(
    (YES, "-m policy --dir in --pol none", "policy:in:ipsec=no"),
    (YES, "-m policy --dir out --pol ipsec", "policy:out:ipsec=yes"),
    (NO, "-m policy --dir out --pol ipsec --reqid 1", "policy:out:ipsec=no"),
    (UNKNOWN, "-m policy --dir out --pol ipsec --reqid 1", "policy:out:ipsec=yes"),
)
test_says = says(("the direction is in, the policy is none", "-m policy --dir in --pol none"))
