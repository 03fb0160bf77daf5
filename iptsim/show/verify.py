"""What came of asking the kernel, as text: that it agrees, or each kind of disagreement as a report that another can repeat."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from iptsim.kernel import Kernel
from iptsim.kernel.network import set_commands
from iptsim.kernel.rules import dump
from iptsim.kernel.tools import restore, version
from iptsim.questions.verify import Check, Verification
from iptsim.ruleset import Ruleset
from iptsim.source import printable
from iptsim.trace import Trace

_NAMED = 6  # of each: chains, rules of a chain, reasons


def verification_text(kernel: Kernel, made: Verification, reports: Sequence[tuple[Ruleset, Check]], verbose: bool = False) -> str:
    """The whole answer; `reports` are the disagreements that are told in full, each with the smallest rules that show it."""
    return "\n".join(printable(line) for line in _lines(kernel, made, reports, verbose)) + "\n"


def asked_of(kernel: Kernel) -> str:
    """Which kernel, and which tools loaded the rules: "Linux 6.18.44, iptables v1.8.9 (nf_tables)"."""
    tool = version(restore(kernel.ruleset.family, kernel.backend)).replace("-restore", "")
    return f"{platform.system()} {platform.release()}, {tool}"


def _lines(kernel: Kernel, made: Verification, reports: Sequence[tuple[Ruleset, Check]], verbose: bool) -> Iterator[str]:
    bad = made.disagreements
    rules = sum(1 for _ in made.ruleset.rules())
    word = f"disagrees on {len(bad)} of" if bad else "agrees:"
    yield f"the kernel {word} {len(made.checks)} packets, {len(made.met)} of {rules} rules met ({asked_of(kernel)})"
    if made.undecided:
        yield f"{made.undecided} of the packets were followed up to something that cannot be known"
    if verbose:
        yield from _by_rule(made)
    else:
        yield from _missed(made)
    unsent = Counter(made.unsent.values())
    for reason, count in unsent.most_common(_NAMED):
        yield f"not sent: {count}: {reason}"
    if len(unsent) > _NAMED:
        yield f"not sent: {sum(unsent.values()) - sum(count for _, count in unsent.most_common(_NAMED))} for other reasons"
    for ruleset, check in reports:
        yield from ("", *_report(kernel, ruleset, check))


# ---------------------------------------------------------------- rule by rule
def _by_rule(made: Verification) -> Iterator[str]:
    """Each rule, with how many packets met it, and for how many of those the kernel agrees; or why none did."""
    why, widest = made.missed, max((len(rule.id) for rule in made.ruleset.rules()), default=0)
    yield f"{'met':>5} {'agreed':>6}  rule"
    for rule in made.ruleset.rules():
        reason = f"  (not met: {why[rule.id]})" if rule.id in why else ""
        yield f"{made.met[rule.id]:5} {made.agreed[rule.id]:6}  {rule.id:{widest}}  {rule.text}{reason}"


def _missed(made: Verification) -> Iterator[str]:
    """The rules that no packet met, by the reason."""
    why = made.missed
    for reason in dict.fromkeys(why.values()):
        rules = [made.ruleset.rule(id) for id, given in why.items() if given == reason]
        chains = [(table, chain, [rule.number for rule in found]) for (table, chain), found in groupby(rules, lambda rule: (rule.table, rule.chain))]
        named = [f"{table}:{chain}:rule:{_numbers(numbers)}" for table, chain, numbers in chains]
        more = [f"and in {len(named) - _NAMED} more chains (-v tells all)"] if len(named) > _NAMED else []
        yield f"not met: {len(rules)} rule{'s' * (len(rules) > 1)}, {reason}: {', '.join([*named[:_NAMED], *more])}"


def _numbers(numbers: Sequence[int]) -> str:
    """1-3+5 for 1, 2, 3 and 5."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    texts = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    return "+".join(texts[:_NAMED] + ["..."] * (len(texts) > _NAMED))


# ---------------------------------------------------------------- a disagreement
def _report(kernel: Kernel, ruleset: Ruleset, check: Check) -> Iterator[str]:
    from iptsim import __version__

    yield f"disagreement: {check.differences[0]}"
    yield from (f"  and: {difference}" for difference in check.differences[1:])
    yield f"iptsim {__version__}, {asked_of(kernel)}"
    yield from ("", "the rules:", *(f"  {line}" for line in dump(ruleset).splitlines()))
    yield from ("the host:", *(f"  {line}" for line in _host(kernel, dump(ruleset))))
    yield from ("the packets, one after the other:" if len(check.packets) > 1 else "the packet:", *(f"  {packet!r}" for packet in check.packets))
    yield from ("what iptsim says of the last:" if len(check.packets) > 1 else "what iptsim says:", *_way(check.walked))
    yield from ("what the kernel does:", *_way(check.seen))


def _way(trace: Trace) -> Iterator[str]:
    for step in trace:
        yield f"  {step.id}" + (f"  {step.rule.text}" if step.rule else f"  {step.note}" if step.note else "")
    decider = f" by {trace.decided_by}" if trace.decided_by else ""
    yield (
        f"  {trace.verdict} ({trace.fate}){decider}"
        + (f": {trace.out!r}" if trace.out else "")
        + (f", answered {trace.answer}" if trace.answer else "")
    )


def _host(kernel: Kernel, rules: str) -> Iterator[str]:
    """What the namespace was given; of its sets those that the rules name."""
    host = kernel.host
    for link in host.links or ():
        ports = f", a bridge with {', '.join(host.bridges[link.name]) or 'two ports'}" if link.name in host.bridges else ""
        yield f"{link.name}: {', '.join(str(address.ip) for address in link.addresses) or 'no address'}{ports}"
    yield from (f"route {line.text}" for line in host.routes or ())
    yield from (f"rule {line.text}" for line in host.rules)
    yield from (f"{name} = {value}" for name, value in host.sysctls.items())
    yield from (line for line in set_commands(host) if line.split(" ")[1] in rules)
