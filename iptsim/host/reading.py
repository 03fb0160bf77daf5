"""Files about a host: which they are, and what the constructor of Host gets from them."""

from __future__ import annotations

import re
import tarfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from iptsim.errors import HostError
from iptsim.host.links import links_of, read_links
from iptsim.host.places import bad, json_rows
from iptsim.host.routes import read_routes, read_rules, route_line, rule_line
from iptsim.host.sets import read_sets, sets_of
from iptsim.host.sysctls import flattened, read_sysctls
from iptsim.source import Source

_DOCKER = "the output of `docker inspect` or `docker network inspect`"
# The keyword of Host.read -> the keyword of Host, and what reads the text.
_KINDS: dict[str, tuple[str, Callable[[Source], Any]]] = {
    "addr": ("interfaces", read_links),
    "route": ("routes", read_routes),
    "rule": ("rules", read_rules),
    "ipset": ("ipsets", read_sets),
    "sysctl": ("sysctls", read_sysctls),
    "docker": ("docker", lambda source: _docker(source)),
}
_TOML: dict[str, Callable[[Any], Any]] = {
    "interfaces": links_of,
    "routes": lambda rows: [route_line(row.split()) for row in rows],
    "rules": lambda rows: [rule_line(row.split()) for row in rows],
    "ipsets": sets_of,
    "sysctls": flattened,
    "bridges": dict,
    "neighbours": list,
}
_IN_BUNDLE = re.compile(r"(?P<kind>addr|route|rule|ipset|sysctl|docker)(?:6|[-_.].*)?\.(?:json|txt)|(?P<toml>host)\.toml")


def read(files: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords for Host. Raises HostError."""
    known = [*_KINDS, "toml", "bundle"]
    wrong = [key for key in files if key not in known]
    if wrong:
        raise HostError(f"there is no file {wrong[0]!r} about a host", expected=", ".join(known))
    found: dict[str, Any] = {}
    for path in _paths(files.get("bundle")):
        for kind, source in _bundle(path):
            _add(found, kind, source)
    for kind in (*_KINDS, "toml"):
        for path in _paths(files.get(kind)):
            _add(found, kind, _source(path))
    return found


def _paths(given: Any) -> list[Path]:
    if given is None:
        return []
    return [Path(given)] if isinstance(given, str | Path) else [Path(path) for path in given]


def _source(path: Path) -> Source:
    try:
        return Source(path.read_text("utf-8-sig", "surrogateescape"), str(path))
    except (OSError, ValueError) as problem:
        raise HostError(f"{path} cannot be read: {getattr(problem, 'strerror', None) or problem}") from None


def _add(found: dict[str, Any], kind: str, source: Source) -> None:
    """Several files of one kind add up."""
    if "\0" in source.text:
        raise bad(source, 1, "this is a binary file", "text")
    told = _toml(source) if kind == "toml" else {_KINDS[kind][0]: _KINDS[kind][1](source)}
    for key, value in told.items():
        before = found.get(key, type(value)())
        found[key] = before | value if isinstance(value, dict) else before + value


def _docker(source: Source) -> list[dict[str, Any]]:
    rows = json_rows(source, _DOCKER)
    if any("IPAM" not in row and "NetworkSettings" not in row for row in rows):
        raise bad(source, 1, "an object is neither a container nor a network", _DOCKER)
    return rows


def _toml(source: Source) -> dict[str, Any]:
    try:
        given = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        number = int(line[1]) if line else source.text.rstrip().count("\n") + 1
        raise bad(source, number, f"this is not TOML: {str(problem).partition(' (at')[0]}", "KEY = VALUE") from None
    found = {}
    for key, value in given.items():
        if key not in _TOML:
            raise bad(source, _line_of(source, key), f"a host has no {key!r}", ", ".join(_TOML))
        try:
            found[key] = _TOML[key](value)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as problem:
            raise bad(source, _line_of(source, key), f"{key}: {problem}", f"{key} as the documentation of Host shows them") from None
    return found


def _line_of(source: Source, key: str) -> int:
    place = re.search(rf"^\s*\[*\s*\"?{re.escape(key)}\b", source.text, re.MULTILINE)
    return source.text.count("\n", 0, place.end()) + 1 if place else 1


# ---------------------------------------------------------------- bundles
def _bundle(path: Path) -> list[tuple[str, Source]]:
    """The files of a folder or a tar that are about the host, by their names; of `addr.json` and `addr.txt` the first."""
    texts = dict(_in_folder(path) if path.is_dir() else _in_tar(path))
    found = []
    for name in sorted(texts):
        match = _IN_BUNDLE.fullmatch(name.rpartition("/")[2])
        if match and not (name.endswith(".txt") and name.removesuffix(".txt") + ".json" in texts):
            text = texts[name]().decode("utf-8-sig", "surrogateescape")
            found.append((match["kind"] or "toml", Source(text, f"{path}/{name}")))
    if not found:
        raise HostError(f"{path} holds no file about a host", expected="addr.json, route.json, rule.json, ipset.txt, sysctl.txt, docker.json ...")
    return found


_File = tuple[str, Callable[[], bytes]]


def _in_folder(path: Path) -> Iterable[_File]:
    return [(file.name, file.read_bytes) for file in path.iterdir() if file.is_file()]


def _in_tar(path: Path) -> Iterable[_File]:
    """Read in place: nothing of it is unpacked to the disk."""
    try:
        with tarfile.open(path) as tar:
            files = [member for member in tar if member.isfile() and _IN_BUNDLE.fullmatch(member.name.rpartition("/")[2])]
            held = [(member.name, file.read()) for member in files if (file := tar.extractfile(member))]
    except (OSError, tarfile.TarError, EOFError) as problem:
        raise HostError(f"{path} is not a folder or a tar file that can be read: {getattr(problem, 'strerror', None) or problem}") from None
    return [(name, lambda data=data: data) for name, data in held]  # type: ignore[misc]  # mypy cannot infer the default's type
