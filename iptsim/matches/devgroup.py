"""devgroup: the groups of the interfaces."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, Place, fact


class Devgroup(Match, name="devgroup"):
    """Compare the device groups of the interfaces that the packet came in and leaves by, which the dump does not say."""

    src_group = fact("--src-group", values.MARK, "the group of the interface it came in by is {}", "src-group", reads=("in_interface",),
                     negatable=True)  # fmt: skip
    dst_group = fact("--dst-group", values.MARK, "the group of the interface it leaves by is {}", "dst-group", reads=("out_interface",),
                     negatable=True)  # fmt: skip

    def place(self) -> Place:
        """The group of an interface is asked where there is one."""
        into, out = ("PREROUTING", "INPUT", "FORWARD"), ("FORWARD", "OUTPUT", "POSTROUTING")
        both = self.has(Devgroup.src_group) and self.has(Devgroup.dst_group)
        return super().place()._replace(hooks=("FORWARD",) if both else into if self.has(Devgroup.src_group) else out)

    def problem(self) -> str | None:
        return None if self.given else "devgroup needs --src-group or --dst-group"
