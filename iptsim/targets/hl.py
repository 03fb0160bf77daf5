"""HL: how many more hops an IPv6 packet may go."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Add, Assign, Effect
from iptsim.extension import Option, Target
from iptsim.targets.ttl import step


class Hl(Target, name="HL"):
    """Change the hop limit; the next rule follows. xt_HL.c stays within 0 and 255, and drops nothing at 0."""

    tables = ("mangle",)
    families = (6,)

    set = Option("--hl-set", values.number(255), says="the hop limit becomes {}", excludes=("--hl-dec", "--hl-inc"))
    lower = step("--hl-dec", "the hop limit is lowered by {}", "--hl-set", "--hl-inc")
    higher = step("--hl-inc", "the hop limit is raised by {}", "--hl-set", "--hl-dec")

    def problem(self) -> str | None:
        return None if self.given else "HL needs --hl-set, --hl-dec or --hl-inc"

    @property
    def effect(self) -> Effect:
        if self.has(Hl.set):
            return Assign("ttl", self.get(Hl.set), 255)
        return Add("ttl", self.get(Hl.higher, 0) - self.get(Hl.lower, 0))
