"""Target log: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads(
    '-j LOG --log-prefix "[UFW BLOCK] "',
    ("-j LOG", "-j LOG --log-level warning"),
    ('-j LOG --log-prefix "a b: " --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode',
     '-j LOG --log-level debug --log-macdecode --log-prefix "a b: " --log-tcp-options --log-ip-options --log-uid --log-tcp-sequence'),
    (f"-j LOG --log-prefix {'x' * 29}", f"-j LOG --log-prefix {'x' * 30}"),
    ("error: is not a number", "-j LOG --log-level err"),
    ("error: is out of range", "-j LOG --log-level 8"),
)  # fmt: skip
test_does = does((Continue("logged"), "-j LOG"))
test_says = says(('the prefix is "hello", the level is 7', "-j LOG --log-prefix hello --log-level debug"))
