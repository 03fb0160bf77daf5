"""Which address of a range NAT takes: the kernel's hash (nf_nat_core.c find_best_ips_proto, linux/jhash.h), on a little-endian machine."""

from __future__ import annotations

import struct

_M = 0xFFFFFFFF


def pick(ends: tuple[int, int | None], span: tuple[int, int], side: str, family: int, zone: int = 0) -> int:
    """The address out of `span` that becomes the `side` ("src" or "dst") of a connection between these addresses, source and destination before
    this translation, in that conntrack zone.

    The destination is None for --persistent, which leaves it out, and the zone.

    IPv6 ranges are hashed word by word, the upper words first; a word that did not take its greatest value frees those below it.
    """
    src, dst = ends
    target = [0] * 4 if dst is None else _words(dst, family)
    j = jhash2(_words(src, family), target[0 if family == 4 else 3] ^ (0 if dst is None else zone))
    if family == 4:
        lo, hi = span
        return lo + ((j * (hi - lo + 1)) >> 32)
    return _pick6(j, span, target, dst is not None and side == "dst")


def _pick6(j: int, span: tuple[int, int], target: list[int], itself: bool) -> int:
    """`itself`: the kernel writes each new word into the destination before it mixes that in."""
    lows, highs = (_host_words(end) for end in span)
    out, full = [], False
    for n in range(4):
        lo, size = (0, _M) if full else (lows[n], (highs[n] - lows[n] + 1) & _M)
        chosen = lo + (j * size >> 32) & _M
        out.append(chosen)
        full = full or chosen != highs[n]
        j ^= int.from_bytes(chosen.to_bytes(4, "big"), "little") if itself else target[n]
    return sum(word << (96 - 32 * n) for n, word in enumerate(out))


def _host_words(address: int) -> list[int]:
    return [address >> shift & _M for shift in (96, 64, 32, 0)]


def _words(address: int, family: int) -> list[int]:
    """The four words of a union nf_inet_addr as a little-endian machine holds them."""
    size = 4 if family == 4 else 16
    raw = address.to_bytes(size, "big").ljust(16, b"\0")
    return list(struct.unpack("<4I", raw))


def jhash2(words: list[int], initial: int) -> int:
    """Bob Jenkins' lookup3 over 32-bit words, as linux/jhash.h has it."""
    a = b = c = (0xDEADBEEF + (len(words) << 2) + initial) & _M
    left = list(words)
    while len(left) > 3:
        a, b, c = _mix((a + left[0]) & _M, (b + left[1]) & _M, (c + left[2]) & _M)
        left = left[3:]
    if left:
        c = (c + (left[2] if len(left) > 2 else 0)) & _M
        b = (b + (left[1] if len(left) > 1 else 0)) & _M
        a = (a + left[0]) & _M
        c = _final(a, b, c)
    return c


def _rol(value: int, by: int) -> int:
    return (value << by | value >> (32 - by)) & _M


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for first, rotate in ((0, 4), (1, 6), (2, 8), (0, 16), (1, 19), (2, 4)):
        if first == 0:
            a = (a - c) & _M ^ _rol(c, rotate)
            c = (c + b) & _M
        elif first == 1:
            b = (b - a) & _M ^ _rol(a, rotate)
            a = (a + c) & _M
        else:
            c = (c - b) & _M ^ _rol(b, rotate)
            b = (b + a) & _M
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    c = ((c ^ b) - _rol(b, 14)) & _M
    a = ((a ^ c) - _rol(c, 11)) & _M
    b = ((b ^ a) - _rol(a, 25)) & _M
    c = ((c ^ b) - _rol(b, 16)) & _M
    a = ((a ^ c) - _rol(c, 4)) & _M
    b = ((b ^ a) - _rol(a, 14)) & _M
    return ((c ^ b) - _rol(b, 24)) & _M
