"""cgroup: the control group of the sending process."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact
from iptsim.predicate import Test, one

PATH = values.drawing(values.text(511, "a path"), "/")


class Cgroup(Match, name="cgroup"):
    """Compare the control group of the packet's process. xt_cgroup.c: a packet without a socket fails, `!` or not."""

    hooks = ("INPUT", "OUTPUT", "POSTROUTING")
    requires = Test("socket", one(1))

    path = fact("--path", PATH, "the control group is {}", "cgroup", reads=("uid_owner",), negatable=True,
                excludes=("--cgroup",))  # fmt: skip
    cgroup = fact("--cgroup", values.NUMBER, "the control group is {}", "cgroup", reads=("uid_owner",), negatable=True,
                  excludes=("--path",))  # fmt: skip

    def problem(self) -> str | None:
        return None if self.given else "cgroup needs --path or --cgroup"
