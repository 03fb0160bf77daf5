"""Match bpf: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import UNKNOWN, holds, reads, says

test_reads_and_saves = reads(
    '-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"',
    ("error: needs --bytecode or --object-pinned", "-m bpf"),
    ("error: is not the length of a program", '-m bpf --bytecode "0,"'),
    ("error: has 1 instructions, not 2", '-m bpf --bytecode "2,6 0 0 1"'),
    ("error: is not an instruction", '-m bpf --bytecode "1,6 0 0"'),
    ("error: ends with a return", '-m bpf --bytecode "1,48 0 0 9"'),
    ("error: jumps out of the program", '-m bpf --bytecode "2,21 0 1 6,6 0 0 1"'),
)
test_holds = holds((UNKNOWN, '-m bpf --bytecode "1,6 0 0 1"', "proto=tcp"))
test_says = says(('the program "1,6 0 0 1" is passed', '-m bpf --bytecode "1,6 0 0 1"'))
