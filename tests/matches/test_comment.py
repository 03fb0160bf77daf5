"""Match comment: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import YES, holds, reads, says

test_reads_and_saves = reads(
    "-m comment --comment short",
    '-m comment --comment "two words"',
    ('-m comment --comment "it\\\'s"', "-m comment --comment it's"),
    ('-m comment --comment "\\"quoted\\""', '-m comment --comment "\\"quoted\\""'),
    ('-m comment --comment ""', '-m comment --comment ""'),
    ('-m comment --comment "# -j DROP"', '-m comment --comment "# -j DROP"'),
    (f"-m comment --comment {'x' * 255}", f"-m comment --comment {'x' * 256}"),
)
test_holds = holds((YES, "-m comment --comment x", "proto=tcp"))
test_says = says(('the comment is "it\'s"', "-m comment --comment it's"), ('the comment is "\\x1b[31m"', "-m comment --comment \x1b[31m"))
