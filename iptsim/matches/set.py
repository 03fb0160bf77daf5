"""set: membership of an ipset."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import members
from iptsim.extension import Match, Option
from iptsim.predicate import Pred, Unknown, given
from iptsim.values import Value

# What a set can look at, for each of its dimensions.
READS = {"src": ("src", "sport", "in_interface", "mac_source"), "dst": ("dst", "dport", "out_interface")}


def _set(name: str, dims: str) -> tuple[str, str]:
    if not name or len(name.encode("utf-8", "surrogateescape")) > 31:
        raise ValueError(f"{name!r} is not the name of a set: 1 to 31 bytes")
    parts = dims.split(",")
    if len(parts) > 6 or any(part not in READS for part in parts):
        raise ValueError(f"{dims!r} is not a list of src and dst, at most 6")
    return name, dims


SET = Value("a set and src or dst for each of its dimensions", _set, " ".join, words=2, kind=("set",))
BIG = values.number(0xFFFFFFFFFFFFFFFF)


def reads(dims: str) -> tuple[str, ...]:
    """The fields that a set with these dimensions can look at."""
    return ("proto", *(field for dim in dict.fromkeys(dims.split(",")) for field in READS[dim]))


class SetMatch(Match, name="set"):
    """Ask an ipset whether it has the packet's addresses, ports or interfaces.

    What is in the set is not in the dump: it is a fact called `set:NAME:DIMENSIONS`, which a host file may answer.
    """

    match_set = Option("--match-set", SET, says="the set matched is {}", aliases=("--set",), negatable=True, required=True)
    return_nomatch = Option("--return-nomatch", None, says="exceptions in the set count as members")
    update_counters = Option("--update-counters", None, says="the set's counters are updated", negatable=True)
    update_subcounters = Option("--update-subcounters", None, says="the counters of its member sets are updated", negatable=True)
    packets_eq = Option("--packets-eq", BIG, says="the packets counted are {}", negatable=True, excludes=("--packets-lt", "--packets-gt"))
    packets_lt = Option("--packets-lt", BIG, says="the packets counted are under {}", excludes=("--packets-eq", "--packets-gt"))
    packets_gt = Option("--packets-gt", BIG, says="the packets counted are over {}", excludes=("--packets-eq", "--packets-lt"))
    bytes_eq = Option("--bytes-eq", BIG, says="the bytes counted are {}", negatable=True, excludes=("--bytes-lt", "--bytes-gt"))
    bytes_lt = Option("--bytes-lt", BIG, says="the bytes counted are under {}", excludes=("--bytes-eq", "--bytes-gt"))
    bytes_gt = Option("--bytes-gt", BIG, says="the bytes counted are over {}", excludes=("--bytes-eq", "--bytes-lt"))

    def words(self) -> str:
        """That counters are updated goes without saying."""
        silent = (SetMatch.update_counters, SetMatch.update_subcounters)
        kept = tuple(row for row in self.given if row.negated or row.option not in silent)
        return super().words() if len(kept) == len(self.given) else SetMatch(kept, self.family).words()

    def asks(self) -> Pred:
        name, dims = self.get(SetMatch.match_set)
        silent = (SetMatch.match_set, SetMatch.update_counters, SetMatch.update_subcounters)
        more = tuple(row.option.save(row.value, row.negated) for row in self.given if row.option not in silent)
        counted = any("packets" in text or "bytes" in text for text in more)
        known = Unknown(f"what is in the set {name} is not in the dump", ("set", name, dims, *more), (*reads(dims), members(name)), dice=counted)
        return given(known, self.negated(SetMatch.match_set))
