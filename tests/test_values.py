"""The shapes of values: what each reads, how it is saved, what it refuses."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iptsim import values
from iptsim.matches.limit import read_rate, save_rate
from iptsim.matches.mac import MAC
from iptsim.translation import DESTINATION, NAT_PORTS
from iptsim.values import Value

READ = (
    ("5", "0x5", values.number(10)),
    ("8", "010", values.number(10)),
    ("0x0a", "10", values.hexadecimal(63, 2)),
    ("1:5", "1:5", values.number_range(10)),
    ("3", "3:3", values.number_range(10)),
    ("3:10", "3:", values.number_range(10)),
    ("0:3", ":3", values.number_range(10)),
    ("0x1", "1", values.MARK),
    ("0x1", "1/0xffffffff", values.MARK),
    ("0x10/0xf0", "16/240", values.MARK),
    ("22", "ssh", values.PORT_RANGE),
    ("22:80", "ssh:http", values.PORT_RANGE),
    ("80,443,1000:2000", "http,https,1000:2000", values.PORT_LIST),
    ("10.0.0.0/8", "10.1.2.3/8", values.NET),
    ("10.0.0.0/8", "10/8", values.NET),
    ("10.1.0.0/32", "10.1", values.NET),
    ("8.1.1.1/32", "010.1.1.1", values.NET),
    ("1.2.3.4/32", "16909060", values.NET),
    ("10.0.12.0/255.0.255.0", "10.9.12.7/255.0.255.0", values.NET),
    ("10.0.0.0/16", "10.0.9.9/255.255.0.0", values.NET),
    ("0.0.0.0/0", "1.2.3.4/0", values.NET),
    ("2001:db8::/32", "2001:db8::1/32", values.NET),
    ("2001::5/ffff::f", "2001:1::5/ffff::f", values.NET),
    ("1.2.3.4", "1.2.3.4/32", values.HOST_NET),
    ("::1", "::1", values.HOST),
    ("1.2.3.4-1.2.3.4", "1.2.3.4", values.IP_RANGE),
    ("10.0.0.1:80", "10.0.0.1:80-80", DESTINATION),
    ("10.0.0.1-10.0.0.9:80-90/5", "10.0.0.1-10.0.0.9:80-90/5", DESTINATION),
    (":80", ":http", DESTINATION),
    ("[::1-::5]:80", "[::1-::5]:80", DESTINATION),
    ("::1", "[::1]", DESTINATION),
    ("5-6", "5-6", NAT_PORTS),
    ("tcp", "6", values.PROTOCOL),
    ("ipv6-icmp", "ICMPv6", values.PROTOCOL),
    ("253", "253", values.PROTOCOL),
    ("a,c", "c,A", values.words_of(("a", "b", "c"), "letters")),
    (r'"it\'s"', "it's", values.text(9)),
    ("plain_-9", "plain_-9", values.text(9)),
    ('""', "", values.text(9)),
    ('"a b"', "a b", values.always_quoted("text")),
    ("a b", "a b", values.bare()),
    ("3/4", "fragmentation-needed", values.ICMP),
    ("any", "255", values.ICMP),
    ("255", "255", values.ICMPV6),
    ("129", "echo-rep", values.ICMPV6),
    ("aa:bb:cc:00:01:02", "AA:BB:CC:0:1:2", MAC),
)


@pytest.mark.parametrize(("saved", "text", "shape"), READ)
def test_it_reads_and_is_saved_in_one_way(saved: str, text: str, shape: Value) -> None:
    assert shape.save(shape.read(text)) == saved


def test_flags_take_two_words() -> None:
    assert values.TCP_FLAG_TEST.save(values.TCP_FLAG_TEST.read("all", "SYN,fin")) == "FIN,SYN,RST,PSH,ACK,URG FIN,SYN"


REFUSED = (
    ("is not a number", "x", values.number(10)),
    ("is not a number", "٣", values.number(10)),
    ("is not a number", "-1", values.number(10)),
    ("is not a number", "08", values.number(10)),
    ("is out of range: 0 to 10", "11", values.number(10)),
    ("is out of range: 2 to 10", "1", values.number(10, 2)),
    ("is backwards", "5:4", values.forwards(values.number_range(10))),
    ("is not a port or a service's name", "nonesuch", values.PORT_RANGE),
    ("at most 15 ports", ",".join(map(str, range(16))), values.PORT_LIST),
    ("is not an address or network", "10.0.0.256", values.NET),
    ("is not an address or network", "10.0.0.0/33", values.NET),
    ("is not an address or network", "example.org", values.NET),
    ("is not a single address", "10.0.0.0/8", values.HOST),
    ("mixes IPv4 and IPv6", "10.0.0.1-::1", values.IP_RANGE),
    ("is not an address, address:port", "", DESTINATION),
    ("is backwards", ":90-80", DESTINATION),
    ("is longer than 15 bytes", "abcdefghijklmnop", values.INTERFACE),
    ("is not a protocol", "nonesuch", values.PROTOCOL),
    ("is not one of a, b", "c", values.words_of(("a", "b"), "letters")),
    ("is ambiguous", "host-", values.ICMP),
    ("is not an ICMP type", "hello", values.ICMP),
    ("is not a MAC address", "aa:bb", MAC),
)


@pytest.mark.parametrize(("message", "text", "shape"), REFUSED)
def test_it_says_what_is_wrong(message: str, text: str, shape: Value) -> None:
    with pytest.raises(ValueError, match=message.replace("(", "\\(")):
        shape.read(text)


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 32))
def test_a_network_holds_the_addresses_that_share_its_prefix(value: int, prefix: int) -> None:
    net = values.NET.read(f"{ip_address(value)}/{prefix}")
    assert value in net.values
    assert values.NET.read(values.NET.save(net)) == net


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))
def test_a_network_under_any_mask_holds_what_agrees_in_its_bits(value: int, mask: int, other: int) -> None:
    net = values.NET.read(f"{ip_address(value)}/{ip_address(mask)}")
    assert (other in net.values) == (other & mask == value & mask)
    assert values.NET.read(values.NET.save(net)) == net


@given(st.integers(1, 1000), st.sampled_from(["second", "minute", "hour", "day"]))
def test_a_rate_is_read_back_as_it_is_saved(count: int, unit: str) -> None:
    text = save_rate(read_rate(f"{count}/{unit}"))
    assert save_rate(read_rate(text)) == text


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\n\r"), max_size=20))
def test_quoted_text_is_one_word_again(text: str) -> None:
    from iptsim.reader.words import split

    assert [word.text for word in split(values.quoted(text))] == [text]


@given(st.sampled_from([values.MARK, values.masked(255, 2, always_mask=True)]), st.integers(0, 255), st.integers(0, 255))
def test_a_mask_survives(shape: Value, value: int, mask: int) -> None:
    pair: Any = (value, mask)
    assert shape.read(shape.save(pair)) == pair
