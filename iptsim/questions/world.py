"""The world of a question: which interfaces can be told apart, and which packets there can be at all."""

from __future__ import annotations

from collections.abc import Sequence

from iptsim.names import BROADCAST, LOCAL, MULTICAST, UNICAST
from iptsim.predicate import Name, Not, Or, Pred, Test, one, ranges, tests
from iptsim.questions.flow import Question
from iptsim.ruleset import Ruleset
from iptsim.spaces.space import World
from iptsim.walk.setting import LOOPBACK, Setting

_INTERFACES = ("in_interface", "out_interface", "physdev_in", "physdev_out")


# What the kernel never chooses as a source: nothing, a group, everybody; and loopback only for what stays here.
_NOBODY = {4: ranges([(0, 0), (0xE0000000, 0xEFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF)]), 6: ranges([(0, 0), (0xFF << 120, (1 << 128) - 1)])}


def world_of(setting: Setting, question: Question, leaving: Sequence[Pred] = ()) -> World:
    """A world that can tell apart every interface that the rules, the host, the question, or what is asked of its end name."""
    names, prefixes = _named(setting.ruleset)
    names = names | set(setting.host.interface_names()) | {i.interface for i in setting.inferred} | {"lo"}
    names |= {value for name in _INTERFACES if isinstance(value := question.fixed.get(name), str)}
    for pred in (*question.asked, *leaving):
        for test in tests(pred):
            if isinstance(test.values, Name):
                (prefixes if test.values.prefix else names).add(test.values.text)
    return World(setting.family, tuple(sorted(names - {""})), tuple(sorted(prefixes - {""})))


def _named(ruleset: Ruleset) -> tuple[set[str], set[str]]:
    memo = ruleset._memo.get("interfaces")
    if memo is None:
        names: set[str] = set()
        prefixes: set[str] = set()
        for rule in ruleset.rules():
            for test in tests(rule.predicate):
                if isinstance(test.values, Name):
                    (prefixes if test.values.prefix else names).add(test.values.text)
        memo = ruleset._memo["interfaces"] = (names, prefixes)
    return set(memo[0]), set(memo[1])


def possible(setting: Setting, question: Question) -> list[Pred]:
    """What holds of every packet there can be, as far as the question does not say otherwise.

    A packet comes in by a real interface or from a process; what a process sends to this host is not asked for twice, as it comes back by
    lo, and both its ends are addresses (connect() takes none for loopback). Its TTL is not used up, and what is for one host was sent to
    that host's MAC address. Where the host's addresses are not known, an address is of some type, as the standards allow.
    """
    fixed = question.fixed
    preds: list[Pred] = []
    if "in_interface" not in fixed:
        preds.append(Not(Test("in_interface", Name("lo"))))
    if "src" not in question.names() and "src" not in question.opened:
        received = Not(Test("in_interface", Name("")))
        preds.append(Or((received, Not(Test("src", _NOBODY[setting.family])))))
        preds.append(Or((received, Not(Test("src", LOOPBACK[setting.family])), Test("dst_type", one(LOCAL)))))
    if "dst" not in question.names() and "dst" not in question.opened:
        preds.append(Or((Not(Test("in_interface", Name(""))), Not(Test("dst", one(0))))))
    if "ttl" not in question.names() and "ttl" not in question.opened:
        preds.append(Test("ttl", ranges([(2, 255)])))
    if "pkttype" not in question.names() and "pkttype" not in question.opened:
        spread = Test("dst_type", ranges((kind, kind) for kind in (BROADCAST, MULTICAST)))
        preds.append(Or((Test("pkttype", one(0)), spread)))
    if setting.types is None and "dst_type" not in fixed:
        preds += _typed(setting)
    return preds


def _typed(setting: Setting) -> list[Pred]:
    """dst_type agrees with what is so on every host; what is not fixed is LOCAL, another host's, or (IPv4) a network's broadcast address.

    What DNAT sends into an inferred network is another host there.
    """
    free = [UNICAST, LOCAL] + ([BROADCAST] if setting.family == 4 else [])
    preds: list[Pred] = []
    for number, values in setting.known_types():
        kinds = ranges((n, n) for n in free) if number == UNICAST else one(number)
        preds.append(Or((Not(Test("dst", values)), Test("dst_type", kinds))))
    for inference in setting.inferred:
        if setting.family == 4:
            last = inference.network[1]
            preds.append(Or((Not(Test("dst", one(last))), Test("dst_type", one(BROADCAST)))))
    others = [a for a in setting.targets if any(i.network[0] <= a <= i.network[1] for i in setting.inferred)]
    preds.append(Or((Not(Test("dst", ranges((a, a) for a in others))), Test("dst_type", one(UNICAST)))))
    return preds
