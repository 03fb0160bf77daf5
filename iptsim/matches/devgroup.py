"""devgroup: the groups of the interfaces."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact


class Devgroup(Match, name="devgroup"):
    """Compare the device groups of the interfaces that the packet came in and leaves by, which the dump does not say."""

    src_group = fact("--src-group", values.MARK, "the group of the interface it came in by is {}", "src-group", reads=("in_interface",),
                     negatable=True)  # fmt: skip
    dst_group = fact("--dst-group", values.MARK, "the group of the interface it leaves by is {}", "dst-group", reads=("out_interface",),
                     negatable=True)  # fmt: skip

    def problem(self) -> str | None:
        return None if self.given else "devgroup needs --src-group or --dst-group"
