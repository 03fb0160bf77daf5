"""What an option can be given, by the shape of its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from iptsim.names import PROTOCOL_NAMES
from iptsim.packet import top_of
from iptsim.strategies.constants import ADDRESSES, ICMP, INTERFACES, PREFIXES, number
from iptsim.values import Value, ip_text, quoted


@cache
def value(shape: Value, family: int) -> st.SearchStrategy[Any]:
    """What an option of that shape can be given, read. A few options take less than their shape (--or-mark: no mask)."""
    kind, *rest = shape.kind

    def read(text: str) -> Any:
        try:
            return shape.read(*(text.split() if shape.words > 1 else (text,)))
        except ValueError:
            return None

    return _BY_KIND[kind](shape, family, *rest).map(read).filter(lambda given: given is not None)


# ---------------------------------------------------------------- texts of the shapes
def _numbers(low: int, top: int) -> st.SearchStrategy[int]:
    return st.sampled_from([n for n in (80, 1, 5, 0, 1024, low, top, top - 1) if low <= n <= top]) | st.integers(low, top)


def _spans(top: int, dash: str = ":") -> st.SearchStrategy[str]:
    pairs = st.tuples(_numbers(0, top), _numbers(0, top)).map(sorted)
    return _numbers(0, top).map(str) | pairs.map(lambda pair: f"{pair[0]}{dash}{pair[1]}")


def _hosts(family: int) -> st.SearchStrategy[str]:
    return st.sampled_from(ADDRESSES[family]) | st.integers(0, top_of("src", family)).map(lambda n: ip_text(n, family))


def _nets(family: int) -> st.SearchStrategy[str]:
    return st.tuples(_hosts(family), st.sampled_from(PREFIXES[family])).map(lambda pair: f"{pair[0]}/{pair[1]}")


def _host_spans(family: int) -> st.SearchStrategy[str]:
    top = top_of("src", family)
    ends = st.tuples(_hosts(family), st.integers(0, 300)).map(lambda pair: (number(pair[0]), pair[1]))
    return ends.map(lambda pair: f"{ip_text(pair[0], family)}-{ip_text(min(top, pair[0] + pair[1]), family)}")


def _destinations(family: int) -> st.SearchStrategy[str]:
    ports = st.none() | _spans(65535, "-").filter(lambda text: not text.startswith("0"))

    def joined(address: str, span: str | None) -> str:
        return address if span is None else f"[{address}]:{span}" if family == 6 else f"{address}:{span}"

    return st.builds(joined, _hosts(family) | _host_spans(family), ports)


def _lists(names: Iterable[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(list(names)), min_size=1, max_size=3, unique=True).map(",".join)


def _texts(shape: Value, longest: int) -> st.SearchStrategy[str]:
    """Free text; with quotes only where the option escapes them."""
    alphabet = "ab Z0-_.,:" + ("'\"\\é" if shape.save('"') == quoted('"') else "")
    return st.text(alphabet, min_size=1, max_size=min(12, longest // 2)).map(lambda text: text.strip() or "a")


_FLAGS = ("SYN", "FIN,SYN,RST,ACK", "ALL", "NONE", "ACK", "RST,URG")
_BY_KIND: dict[str, Callable[..., st.SearchStrategy[str]]] = {
    "number": lambda shape, family, low, top: _numbers(low, top).map(str),
    "range": lambda shape, family, top: _spans(top),
    "masked": lambda shape, family, top: st.tuples(_numbers(0, top), st.just("") | _numbers(0, top).map(lambda n: f"/{n:#x}")).map(
        lambda pair: f"{pair[0]:#x}{pair[1]}"
    ),
    "words": lambda shape, family, words: st.sampled_from(words),
    "name": lambda shape, family, names: st.sampled_from(names),
    "names": lambda shape, family, names: _lists(names),
    "ports": lambda shape, family: st.lists(_spans(65535), min_size=1, max_size=7).map(",".join),
    "net": lambda shape, family: _nets(family),
    "host": lambda shape, family: _hosts(family),
    "ip_range": lambda shape, family: _host_spans(family),
    "interface": lambda shape, family: st.sampled_from((*INTERFACES, "lo", "eth+")),
    "protocol": lambda shape, family: st.sampled_from([PROTOCOL_NAMES[n] for n in (6, 17, ICMP[family], 132)]),
    "text": lambda shape, family, longest: _texts(shape, longest),
    "bare": lambda shape, family, longest: st.text("abZ09_-", min_size=1, max_size=min(12, longest)).map(lambda text: "a" + text[1:]),
    "tcp_flags": lambda shape, family: st.tuples(st.sampled_from(_FLAGS), st.sampled_from(_FLAGS)).map(" ".join),
    "icmp": lambda shape, family: st.sampled_from(("8", "0", "3/1") if family == 4 else ("128", "129", "1/4")),
    "mac": lambda shape, family: st.sampled_from(("02:00:00:00:00:01", "02:42:ac:11:00:02")),
    "destination": lambda shape, family: _destinations(family),
    "nat_ports": lambda shape, family: _spans(65535, "-").filter(lambda text: not text.startswith("0")),
}  # fmt: skip
