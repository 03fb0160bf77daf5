"""What a packet must say to be sent: everything. What it leaves open gets the value that the packet which opens a connection has."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from iptsim.host import Host
from iptsim.kernel.connections import MADE_UP, PAIRS
from iptsim.kernel.network import Plug, bridge_mac
from iptsim.kernel.ports import Frame
from iptsim.kernel.states import impossible
from iptsim.kernel.tools import KernelError
from iptsim.kernel.wire import QUERY, is_error, shortest
from iptsim.names import ANYCAST, BROADCAST, ESTABLISHED, ICMP_OF, LOCAL, MULTICAST, PORTED, RELATED, UNICAST
from iptsim.packet import Address, Packet, mac_text
from iptsim.walk.conntrack import ANSWERS
from iptsim.walk.conntrack import PORTED as TOLD_APART

_HEADERS = (0, 43, 44, 51, 60)  # hop-by-hop options, routing, fragment, authentication, destination options
_NO_NEXT_HEADER, _NOBODY = 59, 0xFFFFFFFF
_ORDINARY: dict[str, Any] = {"ttl": 64, "tos": 0, "mark": 0, "fragment": False}
_SENDER: dict[str, Any] = {"uid_owner": 0, "gid_owner": 0}
ECHOED = "what this host broadcasts is not sent: it comes back as well"
LONGEST = 1500  # the MTU of every link
_EVERYONE, _LIMITED = 0xFFFFFFFFFFFF, 0xFFFFFFFF


@dataclass(slots=True)
class Sender:
    """Everything that packets are made complete with: the host, its plugs, and which addresses were last seen behind which port of a bridge."""

    host: Host
    family: int
    plugs: Mapping[str, Plug]
    behind: dict[tuple[str, Address], Plug] = field(default_factory=dict)

    def complete(self, packet: Packet) -> Packet:
        """The packet with everything that it did not say. Raises KernelError for one that cannot be sent here."""
        known = packet.known()
        if packet.dst is None or packet.dst.version != self.family:
            raise KernelError(f"a packet without an IPv{self.family} destination cannot be sent: {packet}")
        self._protocol(known)
        if not known.get("from_host"):
            self._entry(known)
        elif "src" not in known:
            known["src"] = source(packet.dst, packet.mark or 0)
        known = _ORDINARY | (_SENDER if known.get("from_host") else {}) | known
        if "src" not in known:
            raise KernelError(f"a packet without a source cannot be sent: {packet}")
        if known.get("ctstate") in (ESTABLISHED, RELATED):
            known.setdefault("ctdir", int(known["ctstate"] == ESTABLISHED and known.get("icmp_type") in ANSWERS.values()))
        made = Packet(**known)
        if made.from_host and made.src is not None and self._foreign(made.src, packet.dst):
            raise KernelError(f"no process sends from {made.src} to {packet.dst}")
        if made.from_host and self.kind(packet.dst) == BROADCAST:
            raise KernelError(ECHOED)
        if made.fragment and self.family == 6:
            raise KernelError("later fragments of IPv6 are not sent")
        if self.family == 6 and made.proto in _HEADERS:
            raise KernelError(f"protocol {made.proto} is no protocol of IPv6 but a header before another")
        if self.family == 6 and made.proto == _NO_NEXT_HEADER:
            raise KernelError("protocol 59 is no protocol of IPv6: it says that nothing follows, and some matches drop such a packet unasked")
        if _NOBODY in (made.uid_owner, made.gid_owner):
            raise KernelError(f"no process has the user or group {_NOBODY}: it stands for none")
        if made.connmark and made.ctstate not in (ESTABLISHED, RELATED):
            raise KernelError("a connection has a mark only after its first packet: only what was told to belong to one can come with it")
        if made.ctstate == ESTABLISHED and (made.src, made.sport) == (made.dst, made.dport) and made.icmp_type is None:
            raise KernelError("the two directions of a connection of an address with itself are told apart by nothing")
        why = impossible(made, self.host.sysctl("net.netfilter.nf_conntrack_tcp_loose", 1) != 0)
        if why is not None:
            raise KernelError(why)
        if made.length is not None and made.length < shortest(made):
            raise KernelError(f"a packet of {made.length} bytes cannot be sent: its headers have {shortest(made)}")
        if made.length is not None and made.length > LONGEST:
            raise KernelError(f"a packet of {made.length} bytes cannot be sent: a link takes {LONGEST}")
        known.setdefault("length", shortest(made))
        known["assume"] = {**_history(made), **known.get("assume", {})}
        return Packet(**known)

    def _protocol(self, known: dict[str, Any]) -> None:
        proto = known.setdefault("proto", 6)
        defaults: dict[str, int] = {}
        if not known.get("fragment"):
            defaults |= {"sport": 40000, "dport": 80} if proto in PORTED else {}
            defaults |= {"icmp_type": 8 if self.family == 4 else 128, "icmp_code": 0} if proto == ICMP_OF[self.family] else {}
            defaults |= {"tcp_flags": 2} if proto == 6 else {}
        for name in ("sport", "dport", "tcp_flags", "icmp_type", "icmp_code"):
            if name not in defaults:
                known.pop(name, None)
            else:
                known.setdefault(name, defaults[name])

    def _entry(self, known: dict[str, Any]) -> None:
        """The interface, the port and the MAC addresses of a packet that comes in."""
        entry = known.get("in_interface")
        if entry is None:
            raise KernelError(f"a packet that comes in by no interface cannot be sent: {Packet(**known)}")
        ports = [plug.name for plug in self.plugs.values() if plug.bridge == entry]
        if ports:
            port = known.setdefault("physdev_in", ports[0])
        else:
            port = entry
            for name in ("physdev_in", "physdev_out"):
                known.pop(name, None)
        if port not in self.plugs or self.plugs[port].bridge != (entry if ports else None):
            raise KernelError(f"no packet can come in by {entry}: the host has no such interface")
        known.setdefault("mac_source", self.plugs[port].far)
        if ports and (not known["mac_source"] or known["mac_source"] >> 40 & 1):
            raise KernelError(f"a bridge takes no frame from {mac_text(known['mac_source'])}")
        known.setdefault("pkttype", self._frame_type(entry, known["dst"]))
        if ports and known["pkttype"]:
            raise KernelError("what a bridge copies to all of its ports is not sent: it goes more than one way")
        if known.get("physdev_out") and (known["physdev_out"] not in ports or known["physdev_out"] == port):
            raise KernelError(f"no packet can leave by {known['physdev_out']}, having come in by {port}")
        if ports and self._crosses(known, entry):
            known.setdefault("physdev_out", next(name for name in ports if name != port))

    def _frame_type(self, entry: str, destination: Address) -> int:
        """How a frame for that address is sent on that link: a broadcast of another network comes as any other packet."""
        if self.kind(destination) == MULTICAST:
            return 2
        nets = [address.network for address in (self.host.interfaces or {}).get(entry, ())]
        on_link = self.family == 4 and self.kind(destination) == BROADCAST and any(destination == net.broadcast_address for net in nets)
        return int(on_link or destination == IPv4Address(_LIMITED))

    def _crosses(self, known: Mapping[str, Any], bridge: str) -> bool:
        """Is it for somebody behind another port, so that the bridge passes it on itself?"""
        if known.get("physdev_out"):
            return True
        nets = [address.network for address in (self.host.interfaces or {}).get(bridge, ())]
        near = known.get("out_interface") == bridge or any(known["dst"] in net for net in nets)
        return near and self.kind(known["dst"]) == UNICAST

    def _foreign(self, source: Address, destination: Address) -> bool:
        """Is it a source that no socket can be bound to for that destination?"""
        strange = source.is_multicast or source.is_unspecified or self.kind(source) == ANYCAST
        return strange or (source.is_loopback and self.kind(destination) != LOCAL)

    def kind(self, address: Address) -> int:
        """The type of an address, to this host."""
        return next((kind for kind, values in self.host.types(self.family) or () if int(address) in values), UNICAST)

    # ---------------------------------------------------------------- frames
    def frame(self, packet: Packet, data: bytes) -> tuple[Plug, Frame]:
        """Where a complete packet comes in, and in which frame."""
        plug = self.plugs[packet.physdev_in or packet.in_interface or ""]
        assert packet.dst is not None
        assert packet.mac_source is not None
        if packet.pkttype:
            to = _EVERYONE if packet.pkttype == 1 else 0x01005E000000 | int(packet.dst) & 0x7FFFFF
        elif packet.physdev_out:
            to = self.plugs[packet.physdev_out].far
        else:
            to = bridge_mac(self.host, plug.bridge) if plug.bridge else plug.mac
        return plug, Frame(to, packet.mac_source, data)

    def neighbours(self, packet: Packet, targets: Iterable[Address]) -> dict[tuple[str, Address], Plug]:
        """Who is behind which port of the bridges, where that is new: the sender behind the one that its packet comes in by, the others not."""
        new: dict[tuple[str, Address], Plug] = {}
        assert packet.src is not None
        assert packet.dst is not None
        destinations = (packet.dst, *targets)
        for bridge in self.host.bridges:
            ports = [plug for plug in self.plugs.values() if plug.bridge == bridge]
            own = self.plugs[packet.physdev_in] if packet.physdev_in and packet.in_interface == bridge else ports[0]
            other = next(plug for plug in ports if plug != own)
            for address in destinations:
                new[bridge, address] = self.plugs.get(packet.physdev_out or "", other) if own.name == packet.physdev_in else other
            if own.name == packet.physdev_in:
                new[bridge, packet.src] = own
        new = {key: plug for key, plug in new.items() if self.behind.get(key) != plug}
        self.behind |= new
        return new


def source(destination: Address, mark: int) -> Address:
    """The source that the kernel chooses for what a process sends there."""
    family = socket.AF_INET if destination.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as made:
        made.setsockopt(socket.SOL_SOCKET, 36, struct.pack("=I", mark))  # SO_MARK
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            made.connect((str(destination), 9))
        except OSError as problem:
            raise KernelError(f"nothing can be sent to {destination}: {problem.strerror}") from None
        return type(destination)(made.getsockname()[0])


def _history(packet: Packet) -> dict[str, Any]:
    """What a rule can ask of the packet's connection that the packet does not say: if it was told to be of one, the entry that is made for it."""
    if packet.ctstate not in (ESTABLISHED, RELATED):
        return {"id of the ICMP query": QUERY} if packet.icmp_type in ANSWERS else {}
    src, dst, proto, about = int(packet.src or 0), int(packet.dst or 0), packet.proto or 0, is_error(packet)
    there, back = _ports(packet)
    if packet.ctdir == 1:
        src, dst, there, back = dst, src, back, there
    return {
        "ct_snat": 0, "ct_dnat": 0, "ct_seen_reply": int(packet.ctstate == ESTABLISHED), "ct_confirmed": 1,
        "ctproto": 17 if about else proto,
        "ctorigsrc": src, "ctorigdst": dst, "ctorigsrcport": there[0], "ctorigdstport": there[1], "ctreplsrc": dst, "ctrepldst": src,
        "ctreplsrcport": back[0], "ctrepldstport": back[1],
        "ctstatus:EXPECTED": packet.ctstate == RELATED and not about, "ctstatus:ASSURED": packet.ctstate == ESTABLISHED,
    }  # fmt: skip


def _ports(packet: Packet) -> tuple[tuple[int, int], tuple[int, int]]:
    """(source and destination port of its direction, of the other): of an ICMP query and its answer the id, and the type and code of each."""
    if packet.icmp_type in PAIRS:
        there, back = (kind << 8 | (packet.icmp_code or 0) for kind in (packet.icmp_type, PAIRS[packet.icmp_type]))
        return (QUERY, there), (QUERY, back)
    if is_error(packet):
        return MADE_UP, MADE_UP[::-1]
    ports = (packet.sport or 0, packet.dport or 0) if packet.proto in TOLD_APART else (0, 0)
    return ports, ports[::-1]
