"""Match conntrack: what it reads, what it holds for, what it says."""

from __future__ import annotations

from tests.cases import NO, UNKNOWN, YES, holds, reads, says, unknown

test_reads_and_saves = reads(
    "-m conntrack --ctstate RELATED,ESTABLISHED",
    "-m conntrack --ctstate INVALID,NEW,SNAT,DNAT ! --ctproto 6 ! --ctorigsrc 1.2.3.4 --ctorigdst 1.2.3.0/24 --ctorigsrcport 5"
    " ! --ctrepldstport 4:7 --ctstatus CONFIRMED --ctexpire 5:6 --ctdir REPLY",
    ("-m conntrack --ctproto 47", "-m conntrack --ctproto gre"),
    ("-m conntrack --ctstatus CONFIRMED", "-m conntrack --ctstatus NONE,CONFIRMED"),
    "-m conntrack ! --ctstatus NONE",
    ("error: needs at least one option", "-m conntrack"),
    ("error: is not one of ORIGINAL", "-m conntrack --ctdir original"),
)
test_holds = holds(
    (YES, "-m conntrack --ctstate DNAT", "ctstate=NEW ct_dnat=1"),
    (NO, "-m conntrack --ctstate DNAT", "ctstate=INVALID ct_dnat=1"),
    (YES, "-m conntrack --ctstate ESTABLISHED,SNAT", "ctstate=ESTABLISHED"),
    # a packet without a connection: only --ctstate is asked
    (YES, "-m conntrack --ctstate INVALID --ctproto 17", "ctstate=INVALID proto=6"),
    (YES, "-m conntrack ! --ctstate NEW --ctdir REPLY", "ctstate=UNTRACKED"),
    (NO, "-m conntrack --ctproto 17", "ctstate=INVALID ctproto=17"),
    (NO, "-m conntrack ! --ctproto 17", "ctstate=INVALID ctproto=6"),
    (YES, "-m conntrack ! --ctproto 17", "ctstate=NEW ctproto=6"),
    (NO, "-m conntrack --ctstate NEW --ctproto 17", "ctstate=NEW ctproto=6"),
    (YES, "-m conntrack --ctorigdst 10.0.0.0/8 --ctorigdstport 80", "ctstate=NEW ctorigdst=10.1.2.3 ctorigdstport=80"),
    (NO, "-m conntrack --ctstatus NONE", "ctstate=NEW"),
    (YES, "-m conntrack ! --ctstatus NONE", "ctstate=NEW"),
    (NO, "-m conntrack --ctstatus CONFIRMED", "ctstate=NEW ct_confirmed=0"),
    (YES, "-m conntrack --ctstatus ASSURED,SEEN_REPLY", "ctstate=ESTABLISHED ct_seen_reply=1"),
    (UNKNOWN, "-m conntrack --ctstatus ASSURED", "ctstate=ESTABLISHED ct_seen_reply=1"),
    (YES, "-m conntrack --ctdir REPLY", "ctstate=ESTABLISHED ctdir=REPLY"),
)
test_unknown = unknown(
    ("ctstatus:ASSURED", None, "-m conntrack --ctstatus ASSURED"),
    ("ctexpire:5:6", None, "-m conntrack --ctexpire 5:6"),
)
test_says = says(
    ("the conntrack state is NEW or DNAT, the connection's first source is not 1.2.3.4",
     "-m conntrack --ctstate NEW,DNAT ! --ctorigsrc 1.2.3.4"),
    ("the connection's time left is 5 or more seconds", "-m conntrack --ctexpire 5:"),
)  # fmt: skip
