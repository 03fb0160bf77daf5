"""string: bytes somewhere in the packet."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.extension import Match, Option
from iptsim.predicate import Pred, Unknown, given
from iptsim.values import Value


def _text(text: str) -> bytes:
    pattern = text.encode("utf-8", "surrogateescape")
    if not 0 < len(pattern) <= 128:
        raise ValueError("a string to search for has 1 to 128 bytes")
    return pattern


def _hex(text: str) -> bytes:
    """Between bars bytes in hex, outside of them text in which a backslash protects the next character."""
    out = bytearray()
    for i, part in enumerate(re.split(r"(?<!\\)\|", text)):
        if i % 2:
            digits = re.sub(r"\s", "", part)
            if len(digits) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", digits):
                raise ValueError(f"{part!r} is not an even number of hex digits")
            out += bytes.fromhex(digits)
        else:
            out += re.sub(r"\\(.)", r"\1", part).encode("utf-8", "surrogateescape")
    return _text(out.decode("utf-8", "surrogateescape"))


def _save(pattern: bytes) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", pattern.decode("ascii"))
    return f'"{escaped}"'


def _printable(pattern: bytes) -> bool:
    """Can it be saved as text? Not with a backslash at its end, which would take the quote (libxt_string.c)."""
    return all(32 <= byte < 127 for byte in pattern) and not pattern.endswith(b"\\")


STRING = Value("a string", _text, lambda v: _save(v) if _printable(v) else f'"|{v.hex()}|"', kind=("words", ("GET /", "abc")))
HEX_STRING = Value("a string with |hex|", _hex, STRING.save, kind=("words", ("|0d0a|", "a|00|b")))


class String(Match, name="string"):
    """Search for bytes in the packet, from the IP header on. What a packet carries is not part of a flow: it stays open."""

    string = Option("--string", STRING, says="the packet is carrying {}", negatable=True, excludes=("--hex-string",))
    hex_string = Option("--hex-string", HEX_STRING, says="the packet is carrying {}", negatable=True, excludes=("--string",))
    algo = Option("--algo", values.word_of(("bm", "kmp"), "bm or kmp"), says="the algorithm is {}", required=True)
    start = Option("--from", values.number(65535), says="the search is from byte {}", default=0)
    end = Option("--to", values.number(65535), says="the search is up to byte {}", default=65535)
    icase = Option("--icase", None, says="upper and lower case are the same")

    @property
    def _pattern(self) -> Option:
        return String.string if self.has(String.string) else String.hex_string

    def problem(self) -> str | None:
        if not self.has(self._pattern):
            return "string needs --string or --hex-string"
        return "--from is after --to" if self.get(String.start) > self.get(String.end) else None

    def asks(self) -> Pred:
        pattern = self.get(self._pattern)
        where = (row.option.save(row.value, False) for row in self.given if row.option in (String.start, String.end, String.icase))
        key = ("string", STRING.save(pattern), *(text for text in where if text))
        carried = Unknown("what the packet carries is not part of a flow", key)
        return given(carried, self.negated(self._pattern))

    def words(self) -> str:
        """The flag follows from the bytes, not from what was written."""
        flag = String.string.flag if _printable(self.get(self._pattern)) else String.hex_string.flag
        return super().words().replace(f"{self._pattern.flag} ", f"{flag} ", 1)
