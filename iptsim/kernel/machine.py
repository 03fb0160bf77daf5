"""The kernel of this machine as a judge: a ruleset is loaded into a namespace of its own, packets go through it; each gets its Trace."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

from iptsim.effect import Divert, Drop, MapPrefix, Queue, Reject, Translate
from iptsim.host import Host
from iptsim.kernel import connections, network, tools
from iptsim.kernel.events import HARNESS, HOOKS, UNTRACKED, Log, NftTrace, Seen
from iptsim.kernel.hosts import whole
from iptsim.kernel.marks import Marks
from iptsim.kernel.namespaces import Namespace, credentials, write_sysctl
from iptsim.kernel.netlink import ROUTE, Netlink
from iptsim.kernel.ports import Port, opened, packets, port
from iptsim.kernel.rules import Rules, effect
from iptsim.kernel.sending import ECHOED, Sender
from iptsim.kernel.tools import KernelError
from iptsim.kernel.unfit import unfit
from iptsim.kernel.wire import answer, decode, encode, is_error
from iptsim.names import BROADCAST, ESTABLISHED, INVALID, RELATED
from iptsim.names import UNTRACKED as UNTRACKED_STATE
from iptsim.packet import Address, Packet
from iptsim.predicate import atom_name, atoms
from iptsim.ruleset import Ruleset
from iptsim.targets.set import SetTarget
from iptsim.trace import Fate, Step, Trace, Verdict

_SO_MARK, _IPV6_HDRINCL = 36, 36
_RENAMES = ("range", "prefix")
_NOT_SENT = {"ip-options", "extension-headers"}  # what no packet here has


class Kernel:
    """A namespace that is the host, with the rules in it.

    `with Kernel(ruleset) as kernel: trace = kernel.send(packet)`. The host is the ruleset's; what it does not tell is made up so that it
    agrees with what the rules let one infer, and `kernel.ruleset` is the ruleset on that host, to be walked for comparison. Nothing outside of
    the namespace is touched, and it goes when the process does. Raises KernelError where this machine cannot do it, or refuses the rules.
    """

    def __init__(self, ruleset: Ruleset, host: Host | None = None, backend: str | None = None) -> None:
        self.backend = backend or ruleset.backend
        self.ruleset = whole(ruleset, host, self.backend)
        self.host: Host = self.ruleset.host
        self.rules = Rules(self.ruleset, self.backend)
        self.sender = Sender(self.host, self.ruleset.family, network.plugs(self.host))
        self._tables: set[str] = set()
        self._ports: dict[str, Port] = {}
        self._sockets: dict[tuple[int, int], socket.socket] = {}
        self._token = 0
        self._sets_change = False

    # ---------------------------------------------------------------- there and gone
    def __enter__(self) -> Kernel:
        with ExitStack() as made:
            try:
                self._make(made)
            except OSError as problem:
                raise KernelError(f"a network namespace cannot be made here: {problem.strerror}") from problem
            self._made = made.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        for made in self._sockets.values():
            made.close()
        self._made.close()

    def _make(self, made: ExitStack) -> None:
        family = self.ruleset.family
        self.namespace = Namespace()
        made.callback(self.namespace.close)
        far = None if opened() else Namespace()
        if far is not None:
            made.callback(far.close)
        with self.namespace.inside():
            _set(network.first_settings(family))
            tools.run("nft", "-f", "-", given=HARNESS)
            for name in self.sender.plugs:
                self._ports[name] = port(name, far)
                made.callback(self._ports[name].close)
            self._plug_in(family)
            self._names = dict(socket.if_nameindex())
            self._netlink, self._routing, self._log, self._trace = Netlink(), Netlink(ROUTE), Log(), NftTrace(2 if family == 4 else 10)
            self._marks = Marks(self._netlink)
            for listener in (self._netlink, self._routing, self._log.netlink, self._trace.netlink):
                made.callback(listener.close)
            self._log.listen()
            if self.backend == "nft":
                self._trace.listen()
        self.load(self.ruleset)

    def _plug_in(self, family: int) -> None:
        """The interfaces get their addresses, the host its routes, sets and settings."""
        host = self.host
        _ip(family, [*network.link_commands(host, self.sender.plugs), *network.address_commands(host, family)])
        _ip(family, [*network.rule_commands(host, family), *network.route_commands(host, family)])
        fdb = list(network.bridge_commands(self.sender.plugs))
        if fdb:
            tools.run("bridge", "-batch", "-", given="\n".join(fdb) + "\n")
        if host.ipsets:
            self._fill_sets()
        _set(network.settings(host, family))

    def load(self, ruleset: Ruleset) -> None:
        """Other rules, on the same host. Raises KernelError where the tools refuse them."""
        self.ruleset = whole(ruleset, self.host, self.backend)
        self.rules = Rules(self.ruleset, self.backend)
        with self.namespace.inside():
            self.rules.load(self._netlink, self._tables)
        self._tables |= set(self.ruleset.tables)
        self._renamings = _renamings(self.ruleset)
        asked = {atom_name(atom.key) for rule in self.ruleset.rules() for atom in atoms(rule.predicate)}
        self._plain = dict.fromkeys((*(_NOT_SENT & asked), *_sockets(self.ruleset)), False)
        self._sets_change = self._sets_change or any(isinstance(rule.target, SetTarget) for rule in self.ruleset.rules())
        self._forget()

    def refresh(self) -> None:
        """The rules anew: limits are full, lists empty, sets as they were, nothing was counted."""
        with self.namespace.inside():
            empty = replace(self.ruleset, tables={})
            Rules(empty, self.backend).load(self._netlink, self._tables)
            if self._sets_change:
                self._fill_sets("destroy")
        self.load(self.ruleset)

    def _fill_sets(self, *first: str) -> None:
        tools.run("ipset", "restore", given="\n".join([*first, *network.set_commands(self.host)]) + "\n")

    # ---------------------------------------------------------------- packets
    def send(self, packet: Packet) -> Trace:
        """What becomes of a packet that comes when no connection is known. Raises KernelError for one that cannot be sent."""
        return self.flow([packet])[0]

    def flow(self, packets: Iterable[Packet]) -> list[Trace]:
        """What becomes of packets that come one after the other."""
        return list(self.traces(packets))

    def traces(self, packets: Iterable[Packet]) -> Iterator[Trace]:
        """What becomes of each, told before the next is asked for: that may depend on it."""
        sent: list[Packet] = []
        try:
            for packet in packets:
                sent.append(self.complete(packet))
                try:
                    trace = self._sent(sent)
                except OSError as problem:
                    raise KernelError(f"a packet like this cannot be sent here ({problem.strerror}): {sent[-1]}") from problem
                yield trace
        finally:
            self._forget()

    def complete(self, packet: Packet) -> Packet:
        """The packet with all that it left open, as it is sent: to be walked for comparison."""
        with self.namespace.inside():
            made = self.sender.complete(packet)
        why = unfit(self.ruleset, made, self.sender.kind)
        if why is not None:
            raise KernelError(why)
        return replace(made, assume={**self._plain, **(made.assume or {})}) if self._plain else made

    def _forget(self) -> None:
        connections.forget(self._netlink)
        self._drain()

    def _drain(self) -> None:
        for listener in (self._log.netlink, self._trace.netlink):
            with suppress(OSError):  # there was more than it holds: that is gone
                for _ in listener.read():
                    pass
        for far_end in self._ports.values():
            packets(far_end)

    def _sent(self, sent: Sequence[Packet]) -> Trace:
        """The last of them is sent."""
        *earlier, packet = sent
        self._token = self._token % 5000 + 1
        token = self._token + (UNTRACKED if packet.ctstate == UNTRACKED_STATE else 0)
        member, about, spoilt = packet, None, False
        if packet.ctstate == RELATED and is_error(packet):
            member, about = connections.along(self._netlink, packet, earlier)
        elif packet.ctstate in (ESTABLISHED, RELATED):
            connections.know(self._netlink, packet)
        elif packet.ctstate == INVALID:
            spoilt = connections.confuse(self._netlink, packet)
        data = encode(packet, token, spoilt=spoilt, about=about)
        if packet.from_host:
            self._from_host(packet, data)
        else:
            self._arrives(packet, data)
        trace = self._told(packet, token)
        if packet.from_host and trace.out is not None and trace.out.dst is not None and self.sender.kind(trace.out.dst) == BROADCAST:
            raise KernelError(ECHOED)
        if trace.out is None or packet.ctstate == INVALID:
            return trace
        mark = connections.connmark(self._netlink, member)
        return replace(trace, out=Packet(**trace.out.known(), connmark=mark))

    def _arrives(self, packet: Packet, data: bytes) -> None:
        assert packet.dst is not None
        for (bridge, address), behind in self.sender.neighbours(packet, _renamed(packet.dst, self._renamings)).items():
            network.neighbour(self._routing, self._index(bridge), address, behind.far)
        plug, frame = self.sender.frame(packet, data)
        group = self._join(packet) if packet.dst.is_multicast else None
        self._marks.set(packet.mark or 0)
        try:
            self._ports[plug.name].write(frame.encode(self.ruleset.family))
        finally:
            if group is not None:
                group.close()

    def _join(self, packet: Packet) -> socket.socket:
        """A member of the group that the packet is sent to: as long as the socket is open."""
        assert packet.dst is not None
        index = self._index(packet.in_interface)
        with self.namespace.inside():
            if packet.dst.version == 4:
                made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
                made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, packet.dst.packed + bytes(4) + struct.pack("=i", index))
            else:
                made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, packet.dst.packed + struct.pack("=i", index))
        return made

    def _index(self, interface: str | None) -> int:
        return next(number for number, name in self._names.items() if name == interface)

    def _from_host(self, packet: Packet, data: bytes) -> None:
        key = packet.uid_owner or 0, packet.gid_owner or 0
        if key not in self._sockets:
            self._sockets[key] = self._socket(*key)
        self._sockets[key].setsockopt(socket.SOL_SOCKET, _SO_MARK, struct.pack("=I", packet.mark or 0))
        if self.ruleset.family == 4:  # routed as from a process that is bound to the source
            with suppress(OSError):
                self._sockets[key].bind((str(packet.src), 0))
        with suppress(OSError):  # dropped on its way out
            self._sockets[key].sendto(data, (str(packet.dst), 0))

    def _socket(self, uid: int, gid: int) -> socket.socket:
        family = socket.AF_INET if self.ruleset.family == 4 else socket.AF_INET6
        with self.namespace.inside(), credentials(uid, gid):
            made = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.IPPROTO_RAW)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, _IPV6_HDRINCL, 1)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return made

    # ---------------------------------------------------------------- what became of it
    def _told(self, packet: Packet, token: int) -> Trace:
        seen = list(self._log.read(self._names))
        traced = self._trace.read(self.rules.handles) if self.backend == "nft" else iter(seen)
        steps: list[Step] = []
        senders: set[tuple[Any, Any]] = {(packet.src, packet.sport), (packet.src, None)}
        for one in traced:
            if one.place and _is(one.fields, one.token, packet, token):
                senders |= {(one.fields.get("src"), one.fields.get("sport")), (one.fields.get("src"), None)}
                step = self.rules.step(*one.place, self._hook(one, steps))
                steps += [step] if step else []
        frames = [(name, data) for name, far_end in self._ports.items() for data in packets(far_end)]
        mine = [one for one in seen if one.end and one.end != "said" and _is(one.fields, one.token, packet, token)]
        # a reset of what is bridged goes out without passing OUTPUT
        said = [one.data for one in seen if one.end == "said"] + [data for _, data in frames]
        answers = (word for data in said if (word := answer(data, senders, token)))
        return _trace(packet, tuple(steps), mine[-1] if mine else self._crossed(frames, packet, token), next(answers, None))

    @staticmethod
    def _hook(one: Seen, steps: Sequence[Step]) -> str:
        """The hook is that of the built-in chain that was met last: user chains are entered from there."""
        chain = one.place[1] if one.place else ""
        return chain if chain in HOOKS else steps[-1].hook if steps else ""

    def _crossed(self, frames: Iterable[tuple[str, bytes]], packet: Packet, token: int) -> Seen | None:
        """Of a packet that passed a bridge without a word to iptables: how it left."""
        for name, data in frames:
            fields, found = decode(data)
            if _is(fields, found, packet, token):
                out = self.sender.plugs[name].bridge or name
                return Seen(found, fields | {"out_interface": out}, end="left")
        return None


def _is(fields: Any, found: int, packet: Packet, token: int) -> bool:
    """Is it the packet, and not an answer to it that happens to bear its token?"""
    return found == token and fields.get("proto") == packet.proto and (fields.get("icmp_type", packet.icmp_type) == packet.icmp_type)


def _trace(packet: Packet, steps: tuple[Step, ...], end: Seen | None, answered: str | None) -> Trace:
    last = steps[-1] if steps else None
    if end is not None and (end.end == "delivered" or end.fields.get("out_interface") != "lo"):
        decider = next((step.id for step in reversed(steps) if step.id.startswith("filter:")), None)
        fate = Fate.DELIVERED if end.end == "delivered" else Fate.SENT
        return Trace(Verdict.ACCEPT, fate, decider, packet, _out(end), steps)
    what = effect(last) if last else None
    if last and isinstance(what, Reject):
        return Trace(Verdict.REJECT, Fate.REJECTED, last.id, packet, None, steps, answer=answered)
    if last and (isinstance(what, Queue) or last.note == "QUEUE"):
        return Trace(Verdict.QUEUE, Fate.QUEUED, last.id, packet, None, steps)
    if last and (isinstance(what, Drop | Divert | MapPrefix) or (last.effect == "policy" and last.note == "DROP")):
        return Trace(Verdict.DROP, Fate.DROPPED, last.id, packet, None, steps)
    return Trace(Verdict.DROP, Fate.LOST, None, packet, None, steps)


def _out(end: Seen) -> Packet:
    known = {name: value for name, value in end.fields.items() if name != ("out_interface" if end.end == "delivered" else "in_interface")}
    return Packet(**known)


def _sockets(ruleset: Ruleset) -> list[str]:
    """The transparent sockets that rules ask for: nobody listens here."""
    effects = (rule.target.effect for rule in ruleset.rules() if rule.target)
    return [atom_name(what.socket.key) for what in effects if isinstance(what, Divert)]


def _renamings(ruleset: Ruleset) -> list[tuple[Any, ...]]:
    """To which addresses DNAT and NETMAP send packets: ("range", first, last) or ("prefix", value, mask) each."""
    effects = (rule.target.effect for rule in ruleset.rules() if rule.target)
    return list({what.to: None for what in effects if isinstance(what, Translate) and what.side != "src" and what.to and what.to[0] in _RENAMES})


def _renamed(destination: Address, renamings: Iterable[tuple[Any, ...]]) -> Iterator[Address]:
    """The addresses that a packet may be sent to instead: they are somewhere behind a bridge, if they are on its network."""
    for kind, one, other in renamings:
        if kind == "range":
            values: Iterable[int] = range(one, min(other, one + 15) + 1)
        else:
            values = [one | int(destination) & ~other & (1 << destination.max_prefixlen) - 1]
        yield from (type(destination)(value) for value in values)


def _ip(family: int, commands: Iterable[str]) -> None:
    text = "\n".join(commands)
    if text:
        tools.run("ip", f"-{family}", "-batch", "-", given=text + "\n")


def _set(settings: dict[str, Any]) -> None:
    for path, value in settings.items():
        with suppress(FileNotFoundError):  # a kernel without IPv6, or without that module
            write_sysctl(path, value)
