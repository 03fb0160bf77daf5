"""The field's own names for numbers: protocols, services, ICMP types, TCP flags, conntrack states, address types.

Sources: iptables' xtables_chain_protos and /etc/protocols, IANA's service names, libxt_icmp.h, linux/netfilter/nf_conntrack_common.h,
linux/rtnetlink.h. They are packaged, so that an answer does not depend on the machine that gives it.
"""

from __future__ import annotations

# What iptables-save 1.8.9 prints for a protocol number: its own list first, then /etc/protocols.
PROTOCOL_NAMES: dict[int, str] = {
    1: "icmp", 2: "igmp", 3: "ggp", 4: "ipencap", 5: "st", 6: "tcp", 8: "egp", 9: "igp", 12: "pup", 17: "udp", 20: "hmp", 22: "xns-idp",
    27: "rdp", 29: "iso-tp4", 33: "dccp", 36: "xtp", 37: "ddp", 38: "idpr-cmtp", 41: "ipv6", 43: "ipv6-route", 44: "ipv6-frag",
    45: "idrp", 46: "rsvp", 47: "gre", 50: "esp", 51: "ah", 57: "skip", 58: "ipv6-icmp", 59: "ipv6-nonxt", 60: "ipv6-opts",
    73: "rspf", 81: "vmtp", 88: "eigrp", 89: "ospf", 93: "ax.25", 94: "ipip", 97: "etherip", 98: "encap", 103: "pim", 108: "ipcomp",
    112: "vrrp", 115: "l2tp", 124: "isis", 132: "sctp", 133: "fc", 135: "mobility-header", 136: "udplite", 137: "mpls-in-ip",
    138: "manet", 139: "hip", 140: "shim6", 141: "wesp", 142: "rohc", 143: "ethernet",
}  # fmt: skip
# iptables 1.8.10 and later print only these by name.
PROTOCOLS_NAMED_SINCE_1_8_10 = frozenset({1, 6, 17, 33, 50, 51, 58, 108, 132, 135, 136})
PROTOCOLS: dict[str, int] = {name: number for number, name in PROTOCOL_NAMES.items()} | {
    "all": 0, "ip": 0, "icmpv6": 58, "icmp6": 58, "ipip": 94, "mh": 135, "ipv6-mh": 135, "ipv6-auth": 51, "ipv6-crypt": 50, "ospfigp": 89,
    "hopopt": 0, "ip-encap": 4,
}  # fmt: skip
# The protocols whose first four bytes are two ports, for multiport and for NAT.
PORTED = (6, 17, 33, 132, 136)

SERVICES: dict[str, int] = {
    "tcpmux": 1, "echo": 7, "discard": 9, "systat": 11, "daytime": 13, "netstat": 15, "qotd": 17, "chargen": 19, "ftp-data": 20, "ftp": 21,
    "ssh": 22, "telnet": 23, "smtp": 25, "mail": 25, "time": 37, "whois": 43, "tacacs": 49, "domain": 53, "dns": 53, "bootps": 67,
    "bootpc": 68, "tftp": 69, "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88, "pop3": 110, "pop-3": 110, "sunrpc": 111,
    "portmapper": 111, "auth": 113, "ident": 113, "nntp": 119, "ntp": 123, "epmap": 135, "loc-srv": 135, "netbios-ns": 137,
    "netbios-dgm": 138, "netbios-ssn": 139, "imap": 143, "imap2": 143, "snmp": 161, "snmp-trap": 162, "snmptrap": 162, "bgp": 179,
    "irc": 194, "ldap": 389, "https": 443, "snpp": 444, "microsoft-ds": 445, "kpasswd": 464, "submissions": 465, "ssmtp": 465,
    "smtps": 465, "isakmp": 500, "exec": 512, "biff": 512, "login": 513, "who": 513, "shell": 514, "syslog": 514, "printer": 515,
    "talk": 517, "ntalk": 518, "route": 520, "rip": 520, "dhcpv6-client": 546, "dhcpv6-server": 547, "rtsp": 554, "nntps": 563,
    "submission": 587, "ipp": 631, "ldaps": 636, "kerberos-adm": 749, "domain-s": 853, "rsync": 873, "ftps-data": 989, "ftps": 990,
    "telnets": 992, "imaps": 993, "pop3s": 995, "socks": 1080, "proofd": 1093, "rmiregistry": 1099, "openvpn": 1194, "ms-sql-s": 1433,
    "ms-sql-m": 1434, "l2f": 1701, "l2tp": 1701, "pptp": 1723, "radius": 1812, "radius-acct": 1813, "mqtt": 1883, "nfs": 2049,
    "gnunet": 2086, "iscsi-target": 3260, "mysql": 3306, "ms-wbt-server": 3389, "nut": 3493, "svn": 3690, "subversion": 3690,
    "ipsec-nat-t": 4500, "iax": 4569, "sip": 5060, "sip-tls": 5061, "xmpp-client": 5222, "xmpp-server": 5269, "mdns": 5353,
    "llmnr": 5355, "postgresql": 5432, "postgres": 5432, "amqps": 5671, "amqp": 5672, "x11": 6000, "redis": 6379, "bittorrent": 6881,
    "http-alt": 8080, "webcache": 8080, "puppet": 8140, "mqtts": 8883, "amanda": 10080, "git": 9418, "memcached": 11211,
    "mongodb": 27017, "wireguard": 51820, "vxlan": 4789, "bacula-dir": 9101, "bacula-fd": 9102, "bacula-sd": 9103, "zabbix-agent": 10050,
    "zabbix-trapper": 10051, "docker": 2375, "docker-tls": 2376, "kubelet": 10250, "etcd-client": 2379, "etcd-server": 2380,
    "openstack-id": 35357, "distcc": 3632, "cfengine": 5308, "nrpe": 5666, "tinc": 655, "gpsd": 2947, "icpv2": 3130, "squid": 3128,
}  # fmt: skip

# ICMP names as iptables reads them (it never prints them): (type, lowest code, highest code).
ICMP_TYPES: dict[str, tuple[int, int, int]] = {
    "any": (255, 0, 255), "echo-reply": (0, 0, 255), "pong": (0, 0, 255), "destination-unreachable": (3, 0, 255),
    "network-unreachable": (3, 0, 0), "host-unreachable": (3, 1, 1), "protocol-unreachable": (3, 2, 2), "port-unreachable": (3, 3, 3),
    "fragmentation-needed": (3, 4, 4), "source-route-failed": (3, 5, 5), "network-unknown": (3, 6, 6), "host-unknown": (3, 7, 7),
    "network-prohibited": (3, 9, 9), "host-prohibited": (3, 10, 10), "TOS-network-unreachable": (3, 11, 11),
    "TOS-host-unreachable": (3, 12, 12), "communication-prohibited": (3, 13, 13), "host-precedence-violation": (3, 14, 14),
    "precedence-cutoff": (3, 15, 15), "source-quench": (4, 0, 255), "redirect": (5, 0, 255), "network-redirect": (5, 0, 0),
    "host-redirect": (5, 1, 1), "TOS-network-redirect": (5, 2, 2), "TOS-host-redirect": (5, 3, 3), "echo-request": (8, 0, 255),
    "ping": (8, 0, 255), "router-advertisement": (9, 0, 255), "router-solicitation": (10, 0, 255), "time-exceeded": (11, 0, 255),
    "ttl-exceeded": (11, 0, 255), "ttl-zero-during-transit": (11, 0, 0), "ttl-zero-during-reassembly": (11, 1, 1),
    "parameter-problem": (12, 0, 255), "ip-header-bad": (12, 0, 0), "required-option-missing": (12, 1, 1),
    "timestamp-request": (13, 0, 255), "timestamp-reply": (14, 0, 255), "address-mask-request": (17, 0, 255),
    "address-mask-reply": (18, 0, 255),
}  # fmt: skip
ICMPV6_TYPES: dict[str, tuple[int, int, int]] = {
    "destination-unreachable": (1, 0, 255), "no-route": (1, 0, 0), "communication-prohibited": (1, 1, 1), "beyond-scope": (1, 2, 2),
    "address-unreachable": (1, 3, 3), "port-unreachable": (1, 4, 4), "failed-policy": (1, 5, 5), "reject-route": (1, 6, 6),
    "packet-too-big": (2, 0, 255), "time-exceeded": (3, 0, 255), "ttl-exceeded": (3, 0, 255), "ttl-zero-during-transit": (3, 0, 0),
    "ttl-zero-during-reassembly": (3, 1, 1), "parameter-problem": (4, 0, 255), "bad-header": (4, 0, 0), "unknown-header-type": (4, 1, 1),
    "unknown-option": (4, 2, 2), "echo-request": (128, 0, 255), "ping": (128, 0, 255), "echo-reply": (129, 0, 255),
    "pong": (129, 0, 255), "mld-listener-query": (130, 0, 255), "mld-listener-report": (131, 0, 255), "mld-listener-done": (132, 0, 255),
    "mld-listener-reduction": (132, 0, 255), "router-solicitation": (133, 0, 255), "router-advertisement": (134, 0, 255),
    "neighbour-solicitation": (135, 0, 255), "neighbor-solicitation": (135, 0, 255), "neighbour-advertisement": (136, 0, 255),
    "neighbor-advertisement": (136, 0, 255), "redirect": (137, 0, 255),
}  # fmt: skip

# The protocol that is ICMP, by family.
ICMP_OF: dict[int, int] = {4: 1, 6: 58}
# The ICMP messages that are about another packet, which they quote: icmp_is_err() in linux/icmp.h, and those of ICMPv6.
ICMP_ERRORS: dict[int, tuple[int, ...]] = {1: (3, 4, 5, 11, 12), 58: (1, 2, 3, 4)}

# TCP's flag bits, in the order iptables-save lists them; ECE and CWR have no name there.
TCP_FLAGS: dict[str, int] = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32}
ALL_TCP_FLAGS: dict[str, int] = TCP_FLAGS | {"ECE": 64, "CWR": 128}

CT_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED = range(5)
CT_DIRECTIONS = ("ORIGINAL", "REPLY")

# linux/rtnetlink.h: RTN_UNSPEC ... RTN_XRESOLVE
ADDRESS_TYPES = (
    "UNSPEC",
    "UNICAST",
    "LOCAL",
    "BROADCAST",
    "ANYCAST",
    "MULTICAST",
    "BLACKHOLE",
    "UNREACHABLE",
    "PROHIBIT",
    "THROW",
    "NAT",
    "XRESOLVE",
)
UNSPEC, UNICAST, LOCAL, BROADCAST, ANYCAST, MULTICAST = range(6)

PACKET_TYPES = ("unicast", "broadcast", "multicast")

# xtables/tos_values.c and dscp_helper.c
TOS_NAMES = {"Minimize-Delay": 0x10, "Maximize-Throughput": 0x08, "Maximize-Reliability": 0x04, "Minimize-Cost": 0x02, "Normal-Service": 0x00}
DSCP_CLASSES = {
    "CS0": 0, "CS1": 8, "CS2": 16, "CS3": 24, "CS4": 32, "CS5": 40, "CS6": 48, "CS7": 56, "BE": 0, "AF11": 10, "AF12": 12, "AF13": 14,
    "AF21": 18, "AF22": 20, "AF23": 22, "AF31": 26, "AF32": 28, "AF33": 30, "AF41": 34, "AF42": 36, "AF43": 38, "EF": 46,
}  # fmt: skip
# syslog.h, as libxt_LOG.c reads them.
LOG_LEVELS = {
    "alert": 1, "crit": 2, "debug": 7, "emerg": 0, "error": 3, "info": 6, "notice": 5, "panic": 0, "warning": 4,
}  # fmt: skip

# --reject-with, by family: the name that is saved and the short one that is also read.
REJECT_WITH: dict[int, dict[str, str]] = {
    4: {
        "icmp-net-unreachable": "net-unreach", "icmp-host-unreachable": "host-unreach", "icmp-proto-unreachable": "proto-unreach",
        "icmp-port-unreachable": "port-unreach", "icmp-net-prohibited": "net-prohib", "icmp-host-prohibited": "host-prohib",
        "tcp-reset": "tcp-rst", "icmp-admin-prohibited": "admin-prohib",
    },
    6: {
        "icmp6-no-route": "no-route", "icmp6-adm-prohibited": "adm-prohibited", "icmp6-addr-unreachable": "addr-unreach",
        "icmp6-port-unreachable": "port-unreach", "tcp-reset": "tcp-reset", "icmp6-policy-fail": "policy-fail",
        "icmp6-reject-route": "reject-route", "icmp6-not-neighbor": "not-neighbour",
    },
}  # fmt: skip
