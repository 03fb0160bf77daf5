"""The setting of a walk: the host as far as it is known, what the dump lets one infer about it, and the assumptions that were used."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iptsim.effect import Translate
from iptsim.host import Host, Inference, Route, infer
from iptsim.names import ADDRESS_TYPES, ANYCAST, BROADCAST, LOCAL, UNICAST
from iptsim.packet import read_field, top_of
from iptsim.predicate import And, Not, Pred, Ranges, Test, one, ranges
from iptsim.reading import TYPE_OF, Open, Reading, Same, Shift, TypeOf, known
from iptsim.ruleset import Ruleset
from iptsim.values import ip_text

# The addresses that never leave a host.
LOOPBACK = {4: ranges([(0x7F000000, 0x7FFFFFFF)]), 6: one(1)}
# Names that say "bridge" where no host file does: Docker, libvirt, LXD, CNI, Podman, Neutron.
_BRIDGE_NAMES = ("docker", "br-", "virbr", "lxdbr", "lxcbr", "cni", "podman", "qbr", "incusbr")


@dataclass(slots=True)
class Setting:
    """What is known of the machine. `arrival` is how each field was read when the packet came in; `unsourced`: the kernel chooses the
    source of a packet of this host; `used` the assumptions used, in order."""

    ruleset: Ruleset
    host: Host
    inferred: tuple[Inference, ...] = ()
    arrival: Mapping[str, Reading] = field(default_factory=dict)
    unsourced: bool = False
    used: dict[str, str | None] = field(default_factory=dict)
    types: tuple[tuple[int, Ranges], ...] | None = None
    rows: tuple[Route, ...] = ()
    complete: bool = False
    origins: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ruleset: Ruleset) -> Setting:
        """The setting of a ruleset, made once per walk: inferences fill what its host does not say."""
        host = ruleset.host if isinstance(ruleset.host, Host) else Host()
        inferred = ruleset._memo.get("inferred")
        if inferred is None:
            inferred = ruleset._memo["inferred"] = infer(ruleset)
        rows = host.routing(ruleset.family)
        complete = host.complete(ruleset.family)
        guessed = () if complete else tuple(Route(Test("dst", ranges([i.network])), "unicast", i.interface, None, None, i.text) for i in inferred)
        setting = cls(ruleset, host, inferred, types=host.types(ruleset.family), rows=(rows or ()) + guessed, complete=complete)
        setting.origins = {i.text: i.origin for i in inferred}
        return setting

    @property
    def family(self) -> int:
        return self.ruleset.family

    @property
    def here(self) -> Pred:
        """Which destinations are this host's own."""
        kinds = Test("dst_type", ranges((kind, kind) for kind in (LOCAL, ANYCAST)))
        far = self.host.far_anycast(self.family)
        return And((kinds, Not(Test("dst", far)))) if far.parts else kinds

    def assume(self, text: str, origin: str | None = None) -> None:
        """An assumption that this answer rests on."""
        self.used.setdefault(text, origin)

    def use(self, route: Route) -> None:
        """A route was used: if it was inferred, that is an assumption."""
        if route.text in self.origins:
            self.assume(route.text, self.origins[route.text])

    # ---------------------------------------------------------------- addresses
    @property
    def targets(self) -> Mapping[int, str]:
        """The single addresses that DNAT sends packets to, with the first rule that does."""
        memo: dict[int, str] | None = self.ruleset._memo.get("targets")
        if memo is None:
            memo = self.ruleset._memo["targets"] = {}
            for rule in self.ruleset.rules():
                what = rule.target.effect if rule.target else None
                if isinstance(what, Translate) and what.side == "dst" and what.to and what.to[0] == "range" and what.to[1] == what.to[2]:
                    memo.setdefault(what.to[1], rule.id)
        return memo

    def network_of(self, interface: str) -> Ranges:
        """The networks that are on-link at an interface, as far as known or inferred."""
        parts = [i.network for i in self.inferred if i.interface == interface]
        own = [a.network for a in (self.host.interfaces or {}).get(interface, ()) if a.version == self.family]
        return ranges([*parts, *((int(net.network_address), int(net.broadcast_address)) for net in own)])

    def home_of(self, lo: int, hi: int) -> tuple[str, Inference | None] | None:
        """The interface behind which all addresses from `lo` to `hi` are, by a network that is on-link there."""
        everywhere = (0, top_of("src", self.family))
        for interface in self.host.interfaces or {}:
            if interface != "lo" and any(a <= lo and hi <= b and (a, b) != everywhere for a, b in self.network_of(interface).parts):
                return interface, None
        for inference in self.inferred:
            if inference.network[0] <= lo and hi <= inference.network[1]:
                return inference.interface, inference
        return None

    def type_of(self, address: Reading, field_name: str) -> Reading | None:
        """How to read the type of an address. None: nothing says, and it is a field of its own."""
        if isinstance(address, int):
            return self.type_number(address)
        assert isinstance(address, Same | Shift | Open)
        if self.types is not None:
            return TypeOf(address, self.types)
        if isinstance(address, Same):
            return Same("src_type" if address.field == "src" else "dst_type") if address.field in ("src", "dst") else None
        return Open(f"{TYPE_OF}{self.said(field_name, address)}", "dst_type", Ranges(((UNICAST, LOCAL),)))

    def type_number(self, address: int) -> Reading | None:
        """The type of a known address: by the host's addresses, by what holds on every host, by inference; None where none of them says."""
        for number, values in self.types or self.host.fixed_types(self.family):
            if address in values:
                return number
        home = self.home_of(address, address)
        if home is None or home[1] is None:
            return None
        if address == home[1].network[1] and self.family == 4:
            return BROADCAST
        if address in self.targets:
            self.assume(f"{ip_text(address, self.family)} is not an address of this host", self.targets[address])
            return UNICAST
        return None

    def known_types(self) -> tuple[tuple[int, Ranges], ...]:
        """The addresses of each type, disjoint and complete: this host's, else what the standards say of every host's, the rest UNICAST."""
        if self.types is not None:
            return self.types
        fixed = self.host.fixed_types(self.family)
        taken = ranges(part for _, values in fixed for part in values.parts).parts
        edges = [-1, *(edge for part in taken for edge in part), top_of("src", self.family) + 1]
        return (*fixed, (UNICAST, ranges((edges[n] + 1, edges[n + 1] - 1) for n in range(0, len(edges), 2))))

    # ---------------------------------------------------------------- the kernel's switches
    def switch(self, name: str, default: int, text: str = "") -> int:
        """A sysctl; where it is not given the default is an assumption, if `text` says it in words."""
        value = self.host.sysctl(name, -1)
        if value >= 0:
            return value
        if text:
            self.assume(text)
        return default

    def is_bridge(self, interface: str) -> bool:
        """Is it a bridge? By the host's files, else by a name that only bridges have."""
        if interface in self.host.bridges:
            return True
        return self.host.interfaces is None and interface.startswith(_BRIDGE_NAMES)

    def bridges(self) -> list[str]:
        """The bridges that are known to be there."""
        names = {*self.host.bridges, *(i.interface for i in self.inferred), *(self.host.interfaces or ())}
        return sorted(name for name in names if self.is_bridge(name))

    # ---------------------------------------------------------------- words
    def said(self, field_name: str, reading: Reading) -> str:
        """A reading in words, for the name of an unknown."""
        if isinstance(reading, int):
            return ip_text(reading, self.family) if field_name in ("src", "dst") else str(reading)
        match reading:
            case str():
                return reading
            case Same(name):
                return f"the original {name}"
            case Open(name, _, _):
                return name
            case Shift(name, by):
                return f"{name} {by:+d}"
            case _:
                return "changed"

    def read_assumed(self, like: str, value: Any) -> Reading:
        """A value given for an unknown, as the kind of field that it stands for."""
        if like in ("src", "dst"):
            return int(ipaddress.ip_address(value))
        if isinstance(value, str) and like in ("dst_type", "src_type"):
            return ADDRESS_TYPES.index(value)
        reading = read_field(like, value) if isinstance(value, str) else int(value)
        assert known(reading)
        return reading
