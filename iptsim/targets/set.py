"""SET: put the packet's addresses into an ipset, or take them out."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target
from iptsim.matches.set import SET


class SetTarget(Target, name="SET"):
    """Add the packet's addresses or ports to an ipset, delete them, or look up a mark there; the next rule follows.

    Sets are taken to stay as they are while one packet passes; a mark from --map-set is not followed.
    """

    add = Option("--add-set", SET, says="the set added to is {}", excludes=("--map-set",))
    exist = Option("--exist", None, says="an entry that is there is renewed", needs=("--add-set",))
    timeout = Option("--timeout", values.NUMBER, says="the timeout is {} seconds", needs=("--add-set",))
    delete = Option("--del-set", SET, says="the set deleted from is {}", excludes=("--map-set",))
    map = Option("--map-set", SET, says="the set looked up is {}", excludes=("--add-set", "--del-set"))
    map_mark = Option("--map-mark", None, says="the mark is taken from the set", needs=("--map-set",))
    map_prio = Option("--map-prio", None, says="the priority is taken from the set", needs=("--map-set",))
    map_queue = Option("--map-queue", None, says="the queue is taken from the set", needs=("--map-set",))

    def problem(self) -> str | None:
        return None if self.given else "SET needs --add-set, --del-set or --map-set"

    @property
    def effect(self) -> Effect:
        return Continue("set changed")
