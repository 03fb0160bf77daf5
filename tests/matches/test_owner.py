"""Match owner: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, unknown

test_reads_and_saves = reads(
    (
        "-m owner --socket-exists --uid-owner 0-5 ! --gid-owner 5 --suppl-groups",
        "-m owner --suppl-groups ! --gid-owner 5 --uid-owner 0-5 --socket-exists",
    ),
    ("-m owner --uid-owner 0", "-m owner --uid-owner root"),
    "-m owner --uid-owner www-data",
    ("error: is backwards", "-m owner --uid-owner 5-1"),
    ("error: needs --gid-owner", "-m owner --uid-owner 5 --suppl-groups"),
)
test_holds = holds(
    (YES, "-m owner --uid-owner 1000-1999", "socket=1 uid_owner=1500"),
    (NO, "-m owner --uid-owner 1000-1999", "socket=1 uid_owner=0"),
    (YES, "-m owner ! --uid-owner 0", "socket=1 uid_owner=1"),
    # a packet without a socket: just where all are negated
    (NO, "-m owner --uid-owner 0", "socket=0"),
    (YES, "-m owner ! --uid-owner 0", "socket=0"),
    (YES, "-m owner ! --socket-exists ! --gid-owner 5", "socket=0"),
    (NO, "-m owner ! --socket-exists --gid-owner 5", "socket=0"),
    (NO, "-m owner ! --socket-exists", "socket=1"),
    (UNKNOWN, "-m owner --gid-owner 5 --suppl-groups", "socket=1 gid_owner=6"),
    (YES, "-m owner --gid-owner 5 --suppl-groups", "socket=1 gid_owner=5"),
    (NO, "-m owner ! --gid-owner 5 --suppl-groups", "socket=0"),
    (UNKNOWN, "-m owner --uid-owner www-data", "socket=1 uid_owner=33"),
)
test_unknown = unknown(
    ("suppl-groups:5", None, "-m owner --gid-owner 5 --suppl-groups"),
    ("uid-owner:www-data", None, "-m owner --uid-owner www-data"),
)
test_says = says(("the user of the sending process is not 0", "-m owner ! --uid-owner 0"))
