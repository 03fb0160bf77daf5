"""From text to Ruleset: iptables-save dumps, restore files written by hand, and what `iptables -S` prints.

How a line becomes a rule is told in `grammars/` (the languages), `language` (put together from the option tables), `plans` (what is
remembered of lark's work), `lenient` (free order and spelling), `table` and `dump` (the file).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from iptsim.reader import text
from iptsim.reader.dump import Asked, choose, dumps, ruleset
from iptsim.ruleset import Ruleset
from iptsim.source import Source


def load(
    source: str | os.PathLike[str] | IO[Any], *, host: Any = None, family: int | None = None, backend: str | None = None, strict: bool = False
) -> Ruleset:
    """The ruleset in a file: a path, "-" for standard input, or an open file, text or binary, gzipped or not.

    Of a file that holds several dumps it takes the one that `family` picks. Raises ReadError, with a place.
    """
    found, name = text.read(source)
    return _one(Source(found, name), Asked(family, backend, strict, _host(host)))


def parse(data: str | bytes, *, host: Any = None, family: int | None = None, backend: str | None = None, strict: bool = False) -> Ruleset:
    """The ruleset in a text. Raises ReadError, with a place.

    >>> rs = parse("*filter\\n:INPUT DROP [0:0]\\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\\nCOMMIT\\n")
    >>> rs["filter"]["INPUT"][1].id
    'filter:INPUT:rule:1'
    """
    return _one(Source(text.decode(data, "<text>")), Asked(family, backend, strict, _host(host)))


def load_all(
    source: str | os.PathLike[str] | IO[Any], *, host: Any = None, family: int | None = None, backend: str | None = None, strict: bool = False
) -> list[Ruleset]:
    """Every ruleset in a file, in order: a file may hold the dumps of both families, or of both backends."""
    found, name = text.read(source)
    read, asked = Source(found, name), Asked(family, backend, strict, _host(host))
    with _no_collection():
        return [ruleset(read, dump, asked) for dump in dumps(read)]


def _one(source: Source, asked: Asked) -> Ruleset:
    with _no_collection():
        return ruleset(source, choose(dumps(source), asked, source), asked)


def _host(host: Any) -> Any:
    """A host as it is; a path becomes the host that its file describes."""
    if not isinstance(host, str | os.PathLike):
        return host
    from iptsim.host import Host

    name = os.fspath(host)
    return Host.read(toml=name) if name.endswith(".toml") else Host.read(bundle=name)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector: thousands of new objects, and not one is garbage.

    Freezing and thawing them moves them to the oldest generation at no cost; else the next small collection would look at each.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


__all__ = ["load", "load_all", "parse"]
