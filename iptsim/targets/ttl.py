"""TTL: how many more hops an IPv4 packet may go."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Add, Assign, Effect
from iptsim.extension import Option, Target


def step(flag: str, says: str, *excludes: str) -> Option:
    """A row that raises or lowers by 1 to 255."""
    return Option(flag, values.number(255, 1), says=says, excludes=excludes)


class Ttl(Target, name="TTL"):
    """Change the TTL; the next rule follows. xt_HL.c stays within 0 and 255, and drops nothing at 0."""

    tables = ("mangle",)
    families = (4,)

    set = Option("--ttl-set", values.number(255), says="the TTL becomes {}", excludes=("--ttl-dec", "--ttl-inc"))
    lower = step("--ttl-dec", "the TTL is lowered by {}", "--ttl-set", "--ttl-inc")
    higher = step("--ttl-inc", "the TTL is raised by {}", "--ttl-set", "--ttl-dec")

    def problem(self) -> str | None:
        return None if self.given else "TTL needs --ttl-set, --ttl-dec or --ttl-inc"

    @property
    def effect(self) -> Effect:
        if self.has(Ttl.set):
            return Assign("ttl", self.get(Ttl.set), 255)
        return Add("ttl", self.get(Ttl.higher, 0) - self.get(Ttl.lower, 0))
