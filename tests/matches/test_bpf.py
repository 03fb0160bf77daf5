"""Match bpf: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    '-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"',
    ("error: needs --bytecode or --object-pinned", "-m bpf"),
    ("error: is not the length of a program", '-m bpf --bytecode "0,"'),
    ("error: has 1 instructions, not 2", '-m bpf --bytecode "2,6 0 0 1"'),
    ("error: is not an instruction", '-m bpf --bytecode "1,6 0 0"'),
    ("error: is no instruction of a classic BPF program", '-m bpf --bytecode "2,56 0 0 0,6 0 0 1"'),
    ("error: is no instruction of a classic BPF program", '-m bpf --bytecode "2,180 0 0 5,6 0 0 1"'),
    ("error: is no instruction of a classic BPF program", '-m bpf --bytecode "2,2 0 0 16,6 0 0 1"'),
    ("error: is no instruction of a classic BPF program", '-m bpf --bytecode "2,100 0 0 32,6 0 0 1"'),
    ("error: is no instruction of a classic BPF program", '-m bpf --bytecode "2,52 0 0 0,6 0 0 1"'),
    ("error: ends with a return", '-m bpf --bytecode "1,48 0 0 9"'),
    ("error: jumps out of the program", '-m bpf --bytecode "2,21 0 1 6,6 0 0 1"'),
)
# nfbpf_compile RAW "tcp dst port 80"; the source is of 10.0.0.0/8; a TCP flag where options would not matter; a mark, which is no byte
_WEB = '-m bpf --bytecode "10,48 0 0 9,21 0 7 6,40 0 0 6,69 5 0 8191,177 0 0 0,72 0 0 2,21 1 0 80,6 0 0 0,6 0 0 65535,6 0 0 0"'
_TEN = '-m bpf --bytecode "5,32 0 0 12,53 0 2 167772160,37 1 0 184549375,6 0 0 1,6 0 0 0"'
_ODD = '-m bpf --bytecode "3,128 0 0 0,84 0 0 1,22 0 0 0"'
_NOTE = '-m bpf --bytecode "3,32 0 0 4294963220,21 0 0 1,6 0 0 1"'
test_holds = holds(
    (YES, '-m bpf --bytecode "1,6 0 0 1"', "proto=tcp"),
    (NO, '-m bpf --bytecode "1,6 0 0 0"', "proto=tcp"),
    (NO, _WEB, "proto=udp dport=80 fragment=0 ip-options=no"),
    (NO, _WEB, "proto=tcp dport=80 fragment=1 ip-options=no"),
    (UNKNOWN, _WEB, "proto=tcp dport=80 fragment=0"),
    (YES, _WEB, "proto=tcp dport=80 fragment=0 ip-options=no"),
    (NO, _WEB, "proto=udp"),
    (NO, _WEB, "proto=tcp dport=81 fragment=0 ip-options=no"),
    (YES, _TEN, "src=10.9.8.7"),
    (NO, _TEN, "src=11.0.0.0"),
    (YES, _ODD, "length=41"),
    (NO, _ODD, "length=42"),
    (UNKNOWN, _NOTE, "proto=tcp"),
    (UNKNOWN, "-m bpf --object-pinned /sys/fs/bpf/a", "proto=tcp"),
)
test_says = says(('the program "1,6 0 0 1" is passed', '-m bpf --bytecode "1,6 0 0 1"'))
