"""Arguments that several commands share: the dump, the host's files, where the answer goes."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, TypeVar

import click

from iptsim.cli.screen import warn
from iptsim.ruleset import Ruleset

F = TypeVar("F", bound=Callable[..., Any])
HOST = {
    "addr": "what `ip addr` prints, or `ip -j addr`",
    "route": "`ip route`; repeat it for other tables and for IPv6",
    "rule": "`ip rule`",
    "ipset": "`ipset save`",
    "sysctl": "`sysctl -a`",
    "docker": "`docker inspect` of containers, `docker network inspect` of networks",
}


def dump(command: F) -> F:
    """DUMP and how it is read."""
    for decorate in (
        click.option("--strict", is_flag=True, help="a warning about a rule is an error"),
        click.option("--backend", type=click.Choice(["legacy", "nft"]), help="the kernel side of iptables; else by the dump's header"),
        click.option("-6", "family", flag_value=6, type=int, help="the dump is ip6tables'"),
        click.option("-4", "family", flag_value=4, type=int, help="the dump is iptables'"),
        click.argument("dump"),
    ):
        command = decorate(command)
    return command


def output(*formats: str) -> Callable[[F], F]:
    """--format and --output."""

    def decorate(command: F) -> F:
        command = click.option("--output", metavar="FILE", help="write the answer there")(command)
        return click.option("--format", "form", type=click.Choice(formats), default=formats[0], show_default=True)(command)

    return decorate


def host(command: F) -> F:
    """The files about the host."""
    command = click.option("--host", "host_file", multiple=True, metavar="FILE", help="host.toml, or a folder or tar of the files above")(command)
    for name, text in reversed(HOST.items()):
        command = click.option(f"--{name}", multiple=True, metavar="FILE", help=text)(command)
    return command


def read(name: str, given: dict[str, Any]) -> Ruleset:
    """The dump, with its host; the reader's warnings go to stderr. Raises IptsimError."""
    import iptsim

    files = {kind: list(given[kind]) for kind in HOST if given.get(kind)}
    wholes = given.get("host_file") or ()
    files |= {"toml": [f for f in wholes if f.endswith(".toml")], "bundle": [f for f in wholes if not f.endswith(".toml")]} if wholes else {}
    known = iptsim.Host.read(**files) if files else None
    ruleset: Ruleset = iptsim.load(name, host=known, family=given["family"], backend=given["backend"], strict=given["strict"])
    gc.freeze()  # the rules stay until the process ends: no collection need look at them again
    warn(ruleset.warnings)
    return ruleset
