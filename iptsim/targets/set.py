"""SET: put the packet's addresses into an ipset, or take them out."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Change, Continue, Effect
from iptsim.extension import Option, Place, Target
from iptsim.matches.set import SET


class SetTarget(Target, name="SET"):
    """Add the packet's addresses or ports to an ipset, delete them, or look up a mark there; the next rule follows.

    Who is in a set is not known after a rule changed it, as the packet may be in it already, or not yet; a mark from --map-set is not followed.
    """

    add = Option("--add-set", SET, says="the set added to is {}", excludes=("--map-set",))
    exist = Option("--exist", None, says="an entry that is there is renewed", needs=("--add-set",))
    timeout = Option("--timeout", values.number(0xFFFFFFFE), says="the timeout is {} seconds", needs=("--add-set",))
    delete = Option("--del-set", SET, says="the set deleted from is {}", excludes=("--map-set",))
    map = Option("--map-set", SET, says="the set looked up is {}", excludes=("--add-set", "--del-set"))
    map_mark = Option("--map-mark", None, says="the mark is taken from the set", needs=("--map-set",))
    map_prio = Option("--map-prio", None, says="the priority is taken from the set", needs=("--map-set",))
    map_queue = Option("--map-queue", None, says="the queue is taken from the set", needs=("--map-set",))

    def place(self) -> Place:
        """What a set says is put to use only in mangle, and a queue or a class where the packet leaves (set_target_v3_checkentry)."""
        leaves = self.has(SetTarget.map_prio) or self.has(SetTarget.map_queue)
        tables = ("mangle",) if self.has(SetTarget.map) else ()
        return super().place()._replace(tables=tables, hooks=("FORWARD", "OUTPUT", "POSTROUTING") if leaves else ())

    def problem(self) -> str | None:
        if not self.given:
            return "SET needs --add-set, --del-set or --map-set"
        used = any(self.has(row) for row in (SetTarget.map_mark, SetTarget.map_prio, SetTarget.map_queue))
        return "--map-set needs --map-mark, --map-prio or --map-queue" if self.has(SetTarget.map) and not used else None

    @property
    def effect(self) -> Effect:
        changed = tuple(self.get(option)[0] for option in (SetTarget.add, SetTarget.delete) if self.has(option))
        return Change(changed) if changed else Continue("set looked up")
