"""Match string: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says, unknown

test_reads_and_saves = reads(
    '-m string --string "a b\\"c\'d" --algo bm',
    '-m string --hex-string "|000d616263|" --algo kmp --from 3 --to 20 --icase',
    ('-m string ! --string "aabc" --algo kmp', '-m string --algo kmp ! --hex-string "|61|abc"'),
    ('-m string --string "ab|c" --algo kmp', '-m string --algo kmp --hex-string "ab\\\\|c"'),
    ('-m string --hex-string "|61625c|" --algo kmp', '-m string --algo kmp --string "ab\\\\"'),
    ('-m string --string "x" --algo kmp', "-m string --algo kmp --string x --from 0 --to 65535"),
    ("error: --from is after --to", "-m string --algo kmp --string x --from 9 --to 8"),
    ("error: hex digits", '-m string --algo kmp --hex-string "|6|"'),
    ("error: needs --algo", "-m string --string x"),
    ("error: needs --string or --hex-string", "-m string --algo bm"),
)
test_holds = holds((UNKNOWN, "-m string --string x --algo bm", "proto=tcp"))
test_unknown = unknown(('string:"GET":--to 60', None, "-m string --string GET --algo bm --to 60"))
test_says = says(('the packet is not carrying "GET", the algorithm is bm', "-m string ! --string GET --algo bm"))
