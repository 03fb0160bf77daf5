"""Match set: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m set --match-set blocklist src",
    "-m set ! --match-set services dst,dst",
    "-m set --match-set foo src,src --return-nomatch ! --update-counters ! --update-subcounters --packets-gt 5 --bytes-lt 4",
    ("-m set --match-set old src", "-m set --set old src --update-counters"),
    ("error: is not a list of src and dst", "-m set --match-set foo in"),
    ("error: needs --match-set", "-m set"),
)
test_holds = holds(
    (UNKNOWN, "-m set --match-set blocklist src", "src=10.0.0.1"),
    (YES, "-m set --match-set blocklist src", "set:blocklist:src=yes"),
    (NO, "-m set ! --match-set blocklist src", "set:blocklist:src=yes"),
    (UNKNOWN, "-m set --match-set blocklist src --packets-gt 5", "set:blocklist:src=yes"),
)
test_unknown = unknown(("set:services:dst,dst", None, "-m set --match-set services dst,dst"))
test_says = says(("the set matched is not blocklist src", "-m set ! --match-set blocklist src"))
