"""The shapes an option's value can have: how each is read, how each is saved.

A `Value` reads one or more words (already unquoted) into a typed value, raising ValueError with what is wrong, and writes it as
iptables-save would. Quoting is part of the shape, since it is a property of the option in libxtables' save functions.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from struct import Struct
from typing import Any, NamedTuple

from iptsim.names import ICMP_TYPES, ICMPV6_TYPES, PROTOCOL_NAMES, PROTOCOLS, SERVICES, TCP_FLAGS
from iptsim.packet import flags_text
from iptsim.predicate import Masked, Ranges, ranges


@dataclass(frozen=True)
class Value:
    """One shape. `name` is what an error says was expected; `words` how many words it takes; `kind` what strategies draw
    from, unless `drawn` says which words: where not every machine takes all that can be read."""

    name: str
    read: Callable[..., Any]
    save: Callable[[Any], str]
    words: int = 1
    kind: tuple[Any, ...] = ()
    drawn: tuple[str, ...] | None = None


def drawing(shape: Value, *words: str) -> Value:
    """The same shape, of which strategies draw these words alone."""
    return replace(shape, drawn=words)


# ---------------------------------------------------------------- numbers
def _int(text: str, top: int) -> int:
    """A number as xtables_strtoui reads it: decimal, 0x hex, leading 0 octal."""
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 20:  # nearly always
        number = int(text)
        if number <= top:
            return number
    if not re.fullmatch(r"0[xX][0-9a-fA-F]+|[0-9]+", text):
        raise ValueError(f"{text!r} is not a number")
    octal = len(text) > 1 and text[0] == "0" and text[1] not in "xX"
    if octal and not re.fullmatch(r"[0-7]+", text):
        raise ValueError(f"{text!r} is not a number")
    number = int(text, 8 if octal else 0)
    if number > top:
        raise ValueError(f"{text} is out of range: 0 to {top}")
    return number


def number(top: int, low: int = 0) -> Value:
    """A plain number, saved in decimal."""

    def read(text: str) -> int:
        value = _int(text, top)
        if value < low:
            raise ValueError(f"{text} is out of range: {low} to {top}")
        return value

    return Value(f"a number from {low} to {top}", read, str, kind=("number", low, top))


NUMBER = number(0xFFFFFFFF)


def hexadecimal(top: int, digits: int = 0) -> Value:
    """A number saved as 0x…, padded to `digits`."""
    return Value(f"a number from 0 to {top:#x}", lambda text: _int(text, top), lambda v: f"0x{v:0{digits}x}", kind=("number", 0, top))


def number_range(top: int, name: str = "a number or a range a:b") -> Value:
    """`a`, `a:b`, `a:`, `:b`: an inclusive pair, saved as one number where both are equal. Backwards it is read, and nothing is in it."""

    def read(text: str) -> tuple[int, int]:
        lo, colon, hi = text.partition(":")
        return (_int(lo, top) if lo else 0, _int(hi, top) if hi else top) if colon else (_int(lo, top),) * 2

    return Value(name, read, _save_pair, kind=("range", top))


def forwards(shape: Value) -> Value:
    """The shape of a range, where one that is backwards is refused."""

    def read(text: str) -> tuple[int, int]:
        pair: tuple[int, int] = shape.read(text)
        if pair[0] > pair[1]:
            raise ValueError(f"the range {text} is backwards")
        return pair

    return replace(shape, read=read)


def _save_pair(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}:{pair[1]}"


def masked(top: int = 0xFFFFFFFF, digits: int = 0, always_mask: bool = False) -> Value:
    """`value[/mask]` in hex, as marks are written: (value, mask)."""

    def read(text: str) -> tuple[int, int]:
        value, slash, mask = text.partition("/")
        return _int(value, top), _int(mask, top) if slash else top

    def save(pair: tuple[int, int]) -> str:
        value, mask = pair
        return f"0x{value:0{digits}x}" + (f"/0x{mask:0{digits}x}" if mask != top or always_mask else "")

    return Value("a value or value/mask", read, save, kind=("masked", top))


MARK = masked()


def named(names: Mapping[str, int], what: str, top: int = -1, save: Callable[[Any], str] = str) -> Value:
    """A number that has names, read in any case; plain numbers up to `top` too. Saved as `save` says."""
    folded = {name.lower(): value for name, value in names.items()}

    def read(text: str) -> int:
        if text.lower() in folded:
            return folded[text.lower()]
        if top < 0:
            raise ValueError(f"{text!r} is not one of {', '.join(names)}")
        return _int(text, top)

    return Value(what, read, save, kind=("words", tuple(names)))


def samples(what: str, read: Callable[..., Any], save: Callable[[Any], str], *words: str) -> Value:
    """A shape of one extension's own; `words` are examples of it."""
    return Value(what, read, save, kind=("words", words))


# ---------------------------------------------------------------- ports
def port(text: str) -> int:
    """A port, by number or by its service's name."""
    if text in SERVICES:
        return SERVICES[text]
    if not re.fullmatch(r"0[xX][0-9a-fA-F]+|[0-9]+", text):
        raise ValueError(f"{text!r} is not a port or a service's name")
    return _int(text, 65535)


def _port_range(text: str) -> tuple[int, int]:
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 6 and (plain := int(text)) < 65536:  # nearly always
        return plain, plain
    if text in SERVICES:
        return (SERVICES[text],) * 2
    lo, colon, hi = text.partition(":")
    pair = (port(lo) if lo else 0, port(hi) if hi else 65535) if colon else (port(lo),) * 2
    if pair[0] > pair[1]:
        raise ValueError(f"the port range {text} is backwards")
    return pair


PORT_RANGE = Value("a port, a range a:b, or a service's name", _port_range, _save_pair, kind=("range", 65535))


def _port_list(text: str) -> tuple[tuple[int, int], ...]:
    parts = tuple(_port_range(part) for part in text.split(","))
    if sum(1 if ":" not in part else 2 for part in text.split(",")) > 15:
        raise ValueError("at most 15 ports; a range counts as two")
    return parts


PORT_LIST = Value("up to 15 ports or ranges a:b, with commas", _port_list, lambda v: ",".join(
    str(lo) if lo == hi else f"{lo}:{hi}" for lo, hi in v), kind=("ports",))  # fmt: skip


# ---------------------------------------------------------------- addresses
class Net(NamedTuple):
    """An address under a mask, both integers, and the family (4 or 6)."""

    value: int
    mask: int
    family: int

    @property
    def values(self) -> Ranges | Masked:
        """The addresses it stands for: one range where the mask is contiguous."""
        top = (1 << (32 if self.family == 4 else 128)) - 1
        low = self.mask ^ top
        if low & (low + 1):
            return Masked(self.mask, self.value)
        return ranges([(self.value, self.value | low)])


_unpack = Struct(">I").unpack


def _ip(text: str) -> tuple[int, int]:
    """(value, family) of an address literal; IPv4 as inet_aton reads it: short forms, octal and hex parts."""
    if ":" in text:
        return int(ipaddress.IPv6Address(text)), 6
    try:
        return _unpack(inet_pton(AF_INET, text))[0], 4
    except (OSError, ValueError):  # not the plain a.b.c.d
        parts = text.split(".")
    if not text or len(parts) > 4 or not all(re.fullmatch(r"0[xX][0-9a-fA-F]+|[0-9]+", part) for part in parts):
        raise ValueError(f"{text!r} is not an address")
    numbers = [_int(part, 0xFFFFFFFF) for part in parts]
    if any(n > 255 for n in numbers[:-1]) or numbers[-1] >> (8 * (5 - len(numbers))):
        raise ValueError(f"{text!r} is not an address")
    head = sum(n << (24 - 8 * i) for i, n in enumerate(numbers[:-1]))
    # iptables reads a short form from the left ("10.1" is 10.1.0.0), not as inet_aton's last-part-fills-the-rest
    return (head | numbers[-1] << (32 - 8 * len(numbers)) if numbers[-1] < 256 else head | numbers[-1]), 4


_MASKS = {str(prefix): (1 << 32) - (1 << (32 - prefix)) for prefix in range(33)}


def _net(text: str) -> Net:
    host, slash, mask_text = text.partition("/")
    if mask_text in _MASKS:  # as iptables-save prints it, nearly always
        try:
            mask = _MASKS[mask_text]
            return tuple.__new__(Net, (_unpack(inet_pton(AF_INET, host))[0] & mask, mask, 4))
        except (OSError, ValueError):
            pass
    try:
        value, family = _ip(host)
        bits = 32 if family == 4 else 128
        if not slash:
            mask = (1 << bits) - 1
        elif "." in mask_text or ":" in mask_text:
            mask = _ip(mask_text)[0]
        else:
            prefix = _int(mask_text, bits)
            mask = ((1 << bits) - 1) ^ ((1 << (bits - prefix)) - 1)
    except ValueError:
        raise ValueError(f"{text!r} is not an address or network") from None
    return Net(value & mask, mask, family)


def ip_text(value: int, family: int) -> str:
    """An address as the kernel's tools print it."""
    return inet_ntop(AF_INET, value.to_bytes(4, "big")) if family == 4 else inet_ntop(AF_INET6, value.to_bytes(16, "big"))


def _save_net(net: Net) -> str:
    bits = 32 if net.family == 4 else 128
    low = net.mask ^ ((1 << bits) - 1)
    tail = ip_text(net.mask, net.family) if low & (low + 1) else str(bits - low.bit_length())
    return f"{ip_text(net.value, net.family)}/{tail}"


NET = Value("an address or network", _net, _save_net, kind=("net",))
# HOST-kind options print a full mask as no mask at all.
HOST_NET = Value("an address or network", _net, lambda n: _save_net(n).removesuffix("/32" if n.family == 4 else "/128"), kind=("net",))


def _host(text: str) -> Net:
    if "/" in text:
        raise ValueError(f"{text!r} is not a single address")
    return _net(text)


HOST = Value("an address", _host, lambda n: ip_text(n.value, n.family), kind=("host",))


def ip_range(text: str) -> tuple[int, int, int]:
    """(first, last, family) of `a-b` or of one address."""
    lo, dash, hi = text.partition("-")
    try:
        (first, family), (last, other) = _ip(lo), _ip(hi if dash else lo)
    except ValueError:
        raise ValueError(f"{text!r} is not an address range a-b") from None
    if family != other:
        raise ValueError(f"{text!r} mixes IPv4 and IPv6")
    if first > last:
        raise ValueError(f"the range {text} is backwards")
    return first, last, family


IP_RANGE = Value("an address range a-b", ip_range, lambda v: f"{ip_text(v[0], v[2])}-{ip_text(v[1], v[2])}", kind=("ip_range",))


# ---------------------------------------------------------------- names
def _interface(text: str) -> str:
    if len(text.encode("utf-8", "surrogateescape")) > 15:
        raise ValueError(f"the interface name {text!r} is longer than 15 bytes")
    return str(text)


INTERFACE = Value("an interface name", _interface, lambda v: v, kind=("interface",))


def _protocol(text: str) -> int:
    try:
        return PROTOCOLS[text.lower()] if text.lower() in PROTOCOLS else _int(text, 255)
    except ValueError:
        raise ValueError(f"{text!r} is not a protocol") from None


PROTOCOL = Value("a protocol", _protocol, lambda v: PROTOCOL_NAMES.get(v, str(v)), kind=("protocol",))


def words_of(names: tuple[str, ...], what: str) -> Value:
    """A comma list of these names in any order; saved in the order of `names`."""
    known = {name.upper(): name for name in names}

    def read(text: str) -> tuple[str, ...]:
        chosen = set()
        for word in text.split(","):
            if word.upper() not in known:
                raise ValueError(f"{word!r} is not one of {', '.join(names)}")
            chosen.add(known[word.upper()])
        return tuple(name for name in names if name in chosen)

    return Value(what, read, ",".join, kind=("names", names))


def word_of(names: tuple[str, ...], what: str) -> Value:
    """Exactly one of these names."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"{text!r} is not one of {', '.join(names)}")
        return text

    return Value(what, read, str, kind=("name", names))


# ---------------------------------------------------------------- free text
def quoted(text: str) -> str:
    """xtables_save_string: bare where every character is in [A-Za-z0-9_-], else in double quotes with a backslash before each of `"`, `\\`, `'`."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", text):
        return text
    return '"' + re.sub(r"([\"\\'])", r"\\\1", text) + '"'


def text(longest: int, what: str = "text") -> Value:
    """Free text, quoted as xtables_save_string does. What is longer than `longest` bytes is cut off, without a word (xtopt_parse_string)."""

    def read(words: str) -> str:
        return words.encode("utf-8", "surrogateescape")[:longest].decode("utf-8", "surrogateescape")

    return Value(what, read, quoted, kind=("text", longest))


def bare(what: str = "a name", longest: int = 255) -> Value:
    """Free text that is saved without quotes whatever is in it."""
    return Value(what, text(longest, what).read, lambda v: v, kind=("bare", longest))


def always_quoted(what: str, longest: int = 65535) -> Value:
    """Text without any quotes inside that is saved in double quotes, needed or not."""
    return Value(what, text(longest, what).read, lambda v: f'"{v}"', kind=("text", longest))


# ---------------------------------------------------------------- protocol headers
def _tcp_flags(mask: str, comp: str) -> tuple[int, int]:
    return _flag_list(mask), _flag_list(comp)


def _flag_list(text: str) -> int:
    bits = 0
    for name in filter(None, text.upper().split(",")):
        if name == "ALL":
            bits |= 63
        elif name in TCP_FLAGS:
            bits |= TCP_FLAGS[name]
        elif name != "NONE":
            raise ValueError(f"{name!r} is not a TCP flag: {', '.join(TCP_FLAGS)}, ALL, NONE")
    return bits


TCP_FLAG_TEST = Value("a mask and the flags that are set in it", _tcp_flags, lambda v: f"{flags_text(v[0])} {flags_text(v[1])}",
                      words=2, kind=("tcp_flags",))  # fmt: skip


def _icmp(names: dict[str, tuple[int, int, int]]) -> Callable[[str], tuple[int, int, int]]:
    def read(text: str) -> tuple[int, int, int]:
        if text[:1].isdigit():
            kind, slash, code = text.partition("/")
            return (_int(kind, 255), *((_int(code, 255),) * 2 if slash else (0, 255)))
        matches = sorted({value for name, value in names.items() if name.lower() == text.lower()}) or sorted(
            {value for name, value in names.items() if text and name.lower().startswith(text.lower())}
        )
        if len(matches) != 1:
            raise ValueError(f"{text!r} is not an ICMP type" if not matches else f"the ICMP type {text!r} is ambiguous")
        return matches[0]

    return read


def _save_icmp(value: tuple[int, int, int]) -> str:
    return str(value[0]) if value[1:] == (0, 255) else f"{value[0]}/{value[1]}"


ICMP = Value("an ICMP type, type/code or name", _icmp(ICMP_TYPES), lambda v: "any" if v[0] == 255 else _save_icmp(v), kind=("icmp",))
ICMPV6 = Value("an ICMPv6 type, type/code or name", _icmp(ICMPV6_TYPES), _save_icmp, kind=("icmp",))
