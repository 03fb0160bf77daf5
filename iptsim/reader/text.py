"""Where the text comes from: a path, "-", or an open file; plain or gzipped."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from typing import IO, Any

from iptsim.errors import ReadError


def read(source: str | os.PathLike[str] | IO[Any]) -> tuple[str, str]:
    """(text, name) of a path, `-` for standard input, or a file object."""
    if source == "-":
        return decode(sys.stdin.buffer.read(), "<stdin>"), "<stdin>"
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        try:
            with open(name, "rb") as file:
                return decode(file.read(), name), name
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ReadError(f"cannot read {name}: {reason}") from None
    name = str(getattr(source, "name", "<file>"))
    return decode(source.read(), name), name


def decode(data: str | bytes, name: str) -> str:
    """Text of what was read: gunzipped if it begins so, UTF-8 with every other byte kept as a surrogate escape."""
    if isinstance(data, str):
        return data
    data = bytes(data)
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(f"cannot unpack {name}: {error}") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "surrogateescape")
