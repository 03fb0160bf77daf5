"""Match cgroup: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, holds, reads, says

test_reads_and_saves = reads('-m cgroup --path "/"', "-m cgroup ! --cgroup 5", ("error: exclude each other", "-m cgroup --path / --cgroup 5"))
test_holds = holds((NO, "-m cgroup ! --cgroup 5", "socket=0"), (UNKNOWN, "-m cgroup ! --cgroup 5", "socket=1"))
test_says = says(("the control group is not 5", "-m cgroup ! --cgroup 5"))
