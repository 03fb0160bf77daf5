"""A flow in iptables' own flags, or as one string."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
# The keyword of a flow, the flags that give it, what stands for the value, and what it is.
FLAGS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("in_interface", ("-i", "--in-interface"), "IFACE", "the interface it came in by"),
    ("out_interface", ("-o", "--out-interface"), "IFACE", "the interface it leaves by; else by route"),
    ("src", ("-s", "--src", "--source"), "ADDR", "address, network, a-b, list, or a container's name"),
    ("dst", ("-d", "--dst", "--destination"), "ADDR", "the same of its destination"),
    ("proto", ("-p", "--protocol", "--proto"), "PROTO", "tcp, udp, icmp ..., or a number"),
    ("sport", ("--sport", "--source-port"), "PORT", "port, name, a:b, or a list"),
    ("dport", ("--dport", "--destination-port"), "PORT", "the same of the destination"),
    ("icmp_type", ("--icmp-type", "--icmpv6-type"), "TYPE", "name, number, or type/code"),
    ("tcp_flags", ("--tcp-flags",), "FLAGS", '"SYN,ACK": these set, the rest clear; or "MASK SET"; left out: SYN'),
    ("ctstate", ("--ctstate", "--state"), "STATE", "NEW ESTABLISHED RELATED INVALID UNTRACKED; left out: NEW"),
    ("ctdir", ("--ctdir",), "DIR", "ORIGINAL or REPLY"),
    ("mark", ("--mark",), "N[/MASK]", "left out: 0"),
    ("connmark", ("--connmark",), "N[/MASK]", "left out: 0"),
    ("uid_owner", ("--uid-owner",), "UID", "the user of the sending process"),
    ("gid_owner", ("--gid-owner",), "GID", "its group"),
    ("mac_source", ("--mac-source",), "MAC", "the sender's MAC address"),
    ("physdev_in", ("--physdev-in",), "PORT", "the bridge port it came in by"),
    ("physdev_out", ("--physdev-out",), "PORT", "the bridge port it leaves by"),
    ("length", ("--length",), "N", "its length in bytes"),
    ("ttl", ("--ttl",), "N", "its time to live"),
    ("tos", ("--tos",), "N", "its TOS byte"),
)


def flow(command: F) -> F:
    """The flow's arguments."""
    for decorate in (
        click.option("--after", multiple=True, metavar="FLOW", help="a packet of the connection that went through before (repeatable)"),
        click.option("--assume", multiple=True, metavar="ID=yes|no", help="answers something that the dump cannot tell (repeatable)"),
        click.option("-f", "--fragment", is_flag=True, help="a second or later fragment"),
        click.option("--from-host", is_flag=True, help="a process of this host sends it"),
        click.option("--syn", is_flag=True, help="the packet that opens a TCP connection"),
    ):
        command = decorate(command)
    for keyword, flags, metavar, text in reversed(FLAGS):
        command = click.option(keyword, *flags, metavar=metavar, help=text)(command)
    return click.argument("flow", required=False)(command)


def keywords(given: Mapping[str, Any]) -> dict[str, Any]:
    """The flow that the arguments ask for, as Ruleset.explain takes it. Raises FlowError, UsageError."""
    asked = {keyword: given[keyword] for keyword, *_ in FLAGS if given[keyword] is not None}
    asked |= {name: True for name in ("from_host", "fragment") if given[name]}
    if given["syn"]:
        asked |= {"tcp_flags": "SYN"} | ({} if "proto" in asked or given["flow"] else {"proto": "tcp"})
    if given["flow"]:
        from iptsim.questions.flow import read_string

        told = read_string(given["flow"])
        twice = [name for name in told if name in asked and str(told[name]) != str(asked[name])]
        if twice:
            raise click.UsageError(f"{twice[0]} is {told[twice[0]]} in the flow's string, and {asked[twice[0]]} by its flag")
        asked = told | asked
    if asked.get("from_host") and "in_interface" in asked:
        raise click.UsageError("a packet of this host comes in by no interface: --from-host and -i exclude each other")
    if given["after"]:
        asked["after"] = list(given["after"])
    if given["assume"]:
        asked["assume"] = dict(_assumption(text) for text in given["assume"])
    return asked


def _assumption(text: str) -> tuple[str, bool | str]:
    name, sign, value = text.rpartition("=")
    if not sign or not name:
        raise click.UsageError(f"--assume {text!r}: an id, =, and yes or no were expected")
    return name, {"yes": True, "no": False}.get(value.lower(), value)
