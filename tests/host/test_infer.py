"""What the rules of a dump give away about the host."""

from __future__ import annotations

import pytest

from iptsim.extension import Given, OpaqueTarget
from iptsim.head import Head
from iptsim.host import Host, infer
from iptsim.ruleset import Chain, Rule, Ruleset, Table
from iptsim.source import Source

OPTIONS = {"-s": Head.src, "-d": Head.dst, "-i": Head.in_interface, "-o": Head.out_interface}


def ruleset(tables: dict[str, list[str]], host: Host | None = None) -> Ruleset:
    """A ruleset of one chain per table, rules as `[!] OPTION VALUE ... TARGET`."""
    source = Source("")
    made = {}
    for table, lines in tables.items():
        rules = tuple(_rule(table, number, line.split(), source) for number, line in enumerate(lines, 1))
        made[table] = Table(table, {"C": Chain("C", table, None, rules)})
    return Ruleset(made, 4, "nft", source, host)


def _rule(table: str, number: int, words: list[str], source: Source) -> Rule:
    given, negated, rest = [], False, iter(words[:-1])
    for word in rest:
        if word == "!":
            negated = True
        else:
            option = OPTIONS[word]
            assert option.value
            given.append(Given(option, option.value.read(next(rest)), negated))
            negated = False
    return Rule(table, "C", number, Head(tuple(given)), (), OpaqueTarget(words[-1], ""), None, source, number)


@pytest.mark.parametrize(
    ("expected", "tables"),
    [
        (["docker0 holds 172.17.0.0/16 nat:C:rule:1"], {"nat": ["-s 172.17.0.0/16 ! -o docker0 MASQUERADE"]}),
        (["br-1 holds 10.5.0.0/24 nat:C:rule:2"], {"nat": ["-o eth0 MASQUERADE", "-s 10.5.0.0/24 ! -o br-1 SNAT"]}),
        (["docker0 holds fd00::/64 nat:C:rule:1"], {"nat": ["-s fd00::/64 ! -o docker0 MASQUERADE"]}),
        ([], {"nat": ["-s 172.17.0.0/16 -o docker0 MASQUERADE"]}),
        ([], {"nat": ["! -s 172.17.0.0/16 ! -o docker0 MASQUERADE"]}),
        ([], {"nat": ["-s 172.17.0.0/16 ! -o docker+ MASQUERADE"]}),
        ([], {"nat": ["-s 172.17.0.0/16 ! -o docker0 ACCEPT"]}),
        ([], {"nat": ["-s 172.17.0.2/32 ! -o docker0 MASQUERADE"]}),  # a host, not a network
        ([], {"nat": ["-s 0.0.0.0/1 ! -o docker0 MASQUERADE"]}),
        ([], {"filter": ["-s 172.17.0.0/16 ! -o docker0 MASQUERADE"]}),
        (["virbr0 holds 192.168.122.0/24 filter:C:rule:1"],
         {"filter": ["-d 192.168.122.0/24 -o virbr0 ACCEPT", "-s 192.168.122.0/24 -i virbr0 RETURN"]}),
        ([], {"filter": ["-d 192.168.122.0/24 -o virbr0 ACCEPT", "-s 192.168.122.0/24 -i virbr1 ACCEPT"]}),
        ([], {"filter": ["-d 192.168.122.0/24 -o virbr0 ACCEPT", "-s 192.168.123.0/24 -i virbr0 ACCEPT"]}),
        ([], {"filter": ["-d 192.168.122.0/24 -o virbr0 ACCEPT", "-s 192.168.122.0/24 ! -i virbr0 ACCEPT"]}),
        ([], {"filter": ["-d 192.168.122.0/24 -o virbr0 ACCEPT"]}),
        ([], {"filter": ["-d 192.168.122.0/24 -o virbr+ ACCEPT", "-s 192.168.122.0/24 -i virbr+ ACCEPT"]}),
        (
            ["docker0 holds 172.17.0.0/16 nat:C:rule:1"],  # the first origin wins
            {"nat": ["-s 172.17.0.0/16 ! -o docker0 MASQUERADE", "-s 172.17.0.0/16 ! -o docker0 SNAT"],
             "filter": ["-s 172.17.0.0/16 -i docker0 ACCEPT", "-d 172.17.0.0/16 -o docker0 ACCEPT"]},
        ),
        (
            ["br-1 holds 172.18.0.0/16 nat:C:rule:3"],  # two hold 172.17.0.0/16: neither is believed
            {"nat": ["-s 172.17.0.0/16 ! -o docker0 MASQUERADE", "-s 172.17.0.0/16 ! -o br-1 MASQUERADE", "-s 172.18.0.0/16 ! -o br-1 MASQUERADE"]},
        ),
        ([], {}),
    ],
)  # fmt: skip
def test_networks_behind_interfaces_are_inferred_from_two_signs_alone(expected: list[str], tables: dict[str, list[str]]) -> None:
    assert [f"{found.text} {found.origin}" for found in infer(ruleset(tables))] == expected


@pytest.mark.parametrize(
    ("expected", "host"),
    [
        (1, Host()),
        (1, Host(interfaces={"eth0": ["10.0.0.1/24"], "docker0": []})),
        (0, Host(interfaces={"docker0": ["172.17.0.1/16"]})),
        (0, Host(docker=[{"Name": "bridge", "Id": "1", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}}])),
    ],
)
def test_nothing_is_inferred_where_the_host_tells(expected: int, host: Host) -> None:
    found = infer(ruleset({"nat": ["-s 172.17.0.0/16 ! -o docker0 MASQUERADE"]}, host))
    assert len(found) == expected
    assert all(inference.network == (0xAC110000, 0xAC11FFFF) for inference in found)
