"""What an option can be given, by the shape of its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from ipaddress import ip_address
from typing import Any, NamedTuple

from hypothesis import strategies as st

from iptsim.host import Host
from iptsim.names import ICMP_OF, PROTOCOL_NAMES
from iptsim.packet import top_of
from iptsim.strategies.constants import ADDRESSES, INTERFACES, PREFIXES, number
from iptsim.values import Value, ip_text, quoted


class Pools(NamedTuple):
    """What rules name: addresses, networks, interfaces, and sets, each with how many things it compares."""

    family: int
    addresses: tuple[str, ...]
    nets: tuple[str, ...]
    interfaces: tuple[str, ...]
    sets: tuple[tuple[str, int], ...]


def pools(family: int, host: Host | None = None) -> Pools:
    """The names of a host first, where there is one, and such as are found everywhere."""
    links = [link for link in (host.links if host else None) or () if link.name != "lo"]
    own = [ip_text(address.value, family) for link in links for address in link.addresses if address.family == family]
    nets = [str(line.net) for line in (host.routes if host else None) or () if line.net.family == family and line.net.length]
    sets = [(made.name, len(made.dims)) for made in (host.ipsets if host else {}).values() if made.family in (None, family)]
    names = (*(link.name for link in links), *(port for ports in (host.bridges if host else {}).values() for port in ports)) or INTERFACES
    return Pools(family, (*own, *ADDRESSES[family]), tuple(nets), (*names, "lo", "eth+"), tuple(sets) or (("blocklist", 1), ("services", 2)))


@cache
def value(shape: Value, drawn: Pools) -> st.SearchStrategy[Any]:
    """What an option of that shape can be given, read. A few options take less than their shape (--or-mark: no mask)."""
    kind, *rest = shape.kind

    def read(text: str) -> Any:
        try:
            return shape.read(*(text.split() if shape.words > 1 else (text,)))
        except ValueError:
            return None

    texts = _BY_KIND[kind](shape, drawn, *rest) if shape.drawn is None else st.sampled_from(_of_family(kind, shape.drawn, drawn.family))
    return texts.map(read).filter(lambda given: given is not None)


def _of_family(kind: str, texts: Sequence[str], family: int) -> list[str]:
    return [text for text in texts if kind != "host" or (":" in text) == (family == 6)]


# ---------------------------------------------------------------- texts of the shapes
# Numbers that rules share, so that what one sets another asks for: marks, ports, sizes.
_FEW = (0, 1, 2, 5, 16, 17, 22, 53, 80, 255, 443, 1024, 8080)
_MASKS = (1, 0x0F, 0xF0, 0xFF)


def _numbers(low: int, top: int) -> st.SearchStrategy[int]:
    few = st.sampled_from(sorted({n for n in (*_FEW, low, top, top - 1) if low <= n <= top}))
    return few | few | few | few | st.integers(low, top)


def _spans(top: int, dash: str = ":") -> st.SearchStrategy[str]:
    pairs = st.tuples(_numbers(0, top), _numbers(0, top)).map(sorted)
    return _numbers(0, top).map(str) | pairs.map(lambda pair: f"{pair[0]}{dash}{pair[1]}")


def _masked(top: int) -> st.SearchStrategy[str]:
    """A number, most often under a mask that it is within."""
    within = st.sampled_from([f"{n & mask:#x}/{mask:#x}" for mask in (*_MASKS, top) for n in (0, 1, 2, 16, 17, 255)])
    anything = st.tuples(_numbers(0, top), _numbers(0, top)).map(lambda pair: f"{pair[0]:#x}/{pair[1]:#x}")
    return within | within | _numbers(0, top).map(hex) | anything


def _hosts(drawn: Pools) -> st.SearchStrategy[str]:
    anything = st.integers(0, top_of("src", drawn.family)).map(lambda n: ip_text(n, drawn.family))
    return st.sampled_from(drawn.addresses) | st.sampled_from(drawn.addresses) | st.sampled_from(drawn.addresses) | anything


def _nets(drawn: Pools) -> st.SearchStrategy[str]:
    around = st.tuples(_hosts(drawn), st.sampled_from(PREFIXES[drawn.family])).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return around | st.sampled_from(drawn.nets) if drawn.nets else around


def _host_spans(drawn: Pools) -> st.SearchStrategy[str]:
    family, top = drawn.family, top_of("src", drawn.family)
    ends = st.tuples(_hosts(drawn), st.integers(0, 300)).map(lambda pair: (number(pair[0]), pair[1]))
    return ends.map(lambda pair: f"{ip_text(pair[0], family)}-{ip_text(min(top, pair[0] + pair[1]), family)}")


def _destinations(drawn: Pools) -> st.SearchStrategy[str]:
    ports = st.none() | _spans(65535, "-").filter(lambda text: not text.startswith("0"))

    def joined(address: str, span: str | None) -> str:
        return address if span is None else f"[{address}]:{span}" if drawn.family == 6 else f"{address}:{span}"

    somewhere = _hosts(drawn) | _host_spans(drawn._replace(addresses=drawn.addresses[:4]))
    return st.builds(joined, somewhere.filter(lambda text: not any(ip_address(end).is_multicast for end in text.split("-"))), ports)


def _sets(drawn: Pools) -> st.SearchStrategy[str]:
    """A set, and a direction for each thing that it compares."""
    ends = st.sampled_from(("src", "dst"))
    return st.sampled_from(drawn.sets).flatmap(lambda made: st.tuples(*[ends] * made[1]).map(lambda dims: f"{made[0]} {','.join(dims)}"))


def _lists(names: Iterable[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(list(names)), min_size=1, max_size=3, unique=True).map(",".join)


def _texts(shape: Value, longest: int) -> st.SearchStrategy[str]:
    """Free text; with quotes only where the option escapes them."""
    alphabet = "ab Z0-_.,:" + ("'\"\\é" if shape.save('"') == quoted('"') else "")
    return st.text(alphabet, min_size=1, max_size=min(12, longest // 2)).map(lambda text: text.strip() or "a")


_FLAGS = ("SYN", "FIN,SYN,RST,ACK", "ALL", "NONE", "ACK", "RST,URG")
_BY_KIND: dict[str, Callable[..., st.SearchStrategy[str]]] = {
    "number": lambda shape, drawn, low, top: _numbers(low, top).map(str),
    "range": lambda shape, drawn, top: _spans(top),
    "masked": lambda shape, drawn, top: _masked(top),
    "words": lambda shape, drawn, words: st.sampled_from(words),
    "name": lambda shape, drawn, names: st.sampled_from(names),
    "names": lambda shape, drawn, names: _lists(names),
    "ports": lambda shape, drawn: st.lists(_spans(65535), min_size=1, max_size=7).map(",".join),
    "net": lambda shape, drawn: _nets(drawn),
    "host": lambda shape, drawn: _hosts(drawn),
    "ip_range": lambda shape, drawn: _host_spans(drawn),
    "interface": lambda shape, drawn: st.sampled_from(drawn.interfaces),
    "protocol": lambda shape, drawn: st.sampled_from([PROTOCOL_NAMES[n] for n in (6, 17, ICMP_OF[drawn.family], 132)]),
    "text": lambda shape, drawn, longest: _texts(shape, longest),
    "bare": lambda shape, drawn, longest: st.text("abZ09_-", min_size=1, max_size=min(12, longest)).map(lambda text: "a" + text[1:]),
    "tcp_flags": lambda shape, drawn: st.tuples(st.sampled_from([mask for mask in _FLAGS if mask != "NONE"]), st.sampled_from(_FLAGS)).map(" ".join),
    "icmp": lambda shape, drawn: st.sampled_from(("8", "0", "3/1") if drawn.family == 4 else ("128", "129", "1/4")),
    "mac": lambda shape, drawn: st.sampled_from(("02:00:00:00:00:01", "02:42:ac:11:00:02")),
    "set": lambda shape, drawn: _sets(drawn),
    "destination": lambda shape, drawn: _destinations(drawn),
    "nat_ports": lambda shape, drawn: _spans(65535, "-").filter(lambda text: not text.startswith("0")),
}  # fmt: skip
