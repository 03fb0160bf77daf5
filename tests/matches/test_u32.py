"""Match u32: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says

test_reads_and_saves = reads(
    ('-m u32 --u32 "0x6&0xff=0x1&&0x4&0x3fff=0x0:0xa,0x5"', '-m u32 --u32 "6&0xFF=1 && 4&0x3FFF=0x0:10,5"'),
    ('-m u32 ! --u32 "0x0>>0x16&0x3c@0x4=0x8"', '-m u32 ! --u32 "0>>22&0x3C@4=010"'),
    ("error: is not a u32 test", "-m u32 --u32 hello"),
    ("error: is not a u32 test", '-m u32 --u32 "6&0xff=1&&"'),
    ("error: 11 tests are too many", f'-m u32 --u32 "{"&&".join(["0=1"] * 11)}"'),
    ("error: is too long", f'-m u32 --u32 "0={",".join("12345678901")}"'),
)
_PORTS = '-m u32 --u32 "0>>22&0x3C@0&0xffff=22:80"'  # wherever the second header begins
test_holds = holds(
    (YES, '-m u32 --u32 "6&0xFF=1"', "proto=icmp"),
    (NO, '-m u32 --u32 "6&0xFF=1"', "proto=tcp"),
    (YES, '-m u32 --u32 "4&0x1FFF=0"', "fragment=0"),
    (NO, '-m u32 --u32 "4&0x1FFF=0"', "fragment=1"),
    (NO, '-m u32 --u32 "4&0x3FFF=0"', "fragment=1"),
    (UNKNOWN, '-m u32 --u32 "4&0x3FFF=0"', "fragment=0"),
    (YES, '-m u32 --u32 "4&0x3FFF=0"', "fragment=0 bytes:MF:0x1=no"),
    (NO, '-m u32 --u32 "4&0x3FFF=0"', "fragment=0 bytes:MF:0x1=yes"),
    (YES, '-m u32 ! --u32 "0>>0x18=0x45"', "ip-options=yes"),
    (NO, '-m u32 --u32 "6&0xff=6&&0>>22&0x3c@12>>26&0x3c@0=0x1"', "proto=udp"),
    (NO, '-m u32 --u32 "6&0xff=17&&4&0x1fff=0&&0>>22&0x3c@0&0xffff=53"', "proto=tcp"),
    (YES, '-m u32 --u32 "32=0:0xffffffff"', "proto=tcp length=100 fragment=0"),
    (YES, '-m u32 --u32 "4>>0x10=0x5"', "bytes:IP-id:0x5=yes"),
    (UNKNOWN, '-m u32 --u32 "4>>0x10&0xff=0x5"', "bytes:IP-id:0x5=yes"),
    (YES, '-m u32 --u32 "4>>0x10&0xff=0x5"', "bytes:IP-id-7-0:0x5=yes"),
    (YES, '-m u32 --u32 "12=0x0a000000:0x0affffff"', "src=10.255.0.1"),
    (NO, '-m u32 --u32 "12=0x0a000000:0x0affffff"', "src=11.0.0.0"),
    (YES, '-m u32 --u32 "12&0xff00=0x500"', "src=10.0.5.9"),
    (YES, '-m u32 --u32 "0>>8=0x450000"', "length=255 tos=0 ip-options=no"),
    (NO, '-m u32 --u32 "0>>8=0x450000"', "length=256 tos=0 ip-options=no"),
    (YES, '-m u32 --u32 "8>>25=32"', "ttl=64"),
    (YES, _PORTS, "proto=udp dport=53 fragment=0 ip-options=no"),
    (NO, _PORTS, "proto=udp dport=81 fragment=0 ip-options=no"),
    (UNKNOWN, _PORTS, "proto=udp dport=53 fragment=0"),
    (UNKNOWN, _PORTS, "proto=udp dport=53 fragment=0 ip-options=yes"),
    (UNKNOWN, _PORTS, "proto=udp dport=53 length=100 fragment=1 ip-options=no"),
    (NO, '-m u32 --u32 "96=1"', "length=99"),
    (YES, '-m u32 ! --u32 "96=1"', "length=99"),
    (UNKNOWN, '-m u32 --u32 "96=1"', "length=100"),
    (YES, '-m u32 --u32 "0x1e&0xff=0x12:0x13,0x2"', "proto=tcp tcp_flags=SYN,ACK fragment=0 ip-options=no"),
    (UNKNOWN, '-m u32 --u32 "0>>22&0x3C@12>>26&0x3C@0=1"', "proto=tcp length=1000 fragment=0 ip-options=no"),
)
test_holds_for_ipv6 = holds(
    (YES, '-m u32 --u32 "3&0xff=6"', "proto=tcp extension-headers=no"),
    (UNKNOWN, '-m u32 --u32 "3&0xff=6"', "proto=tcp"),
    (NO, '-m u32 --u32 "3&0xff=6"', "proto=udp"),
    (YES, '-m u32 --u32 "2&0xffff=0:100"', "length=140"),
    (NO, '-m u32 --u32 "2&0xffff=0:100"', "length=141"),
    (YES, '-m u32 --u32 "8=0x20010db8"', "src=2001:db8::9"),
    (YES, '-m u32 --u32 "20>>16=0x400:0xffff"', "src=2001:db8::ffff:0"),
    (NO, '-m u32 --u32 "20>>16=0x400:0xffff"', "src=2001:db8::3ff:0"),
    (YES, '-m u32 --u32 "20&0xffff=0x400:0xffff"', "src=2001:db8::400"),
    (NO, '-m u32 --u32 "16&0xff=9"', "src=2001:db8::a:0:0"),
    (YES, '-m u32 --u32 "36=9"', "dst=2001:db8::9"),
    (YES, '-m u32 --u32 "40&0xffff=22:80"', "proto=tcp dport=22 extension-headers=no"),
    family=6,
)
test_says = says(('the u32 test "0x6=0x1" is not passed', '-m u32 ! --u32 "6=1"'))
