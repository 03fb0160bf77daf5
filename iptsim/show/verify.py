"""What came of asking the kernel, as text: that it agrees, or each disagreement in full, as a report that another can repeat."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from iptsim.kernel import Kernel
from iptsim.kernel.rules import dump
from iptsim.kernel.tools import restore, version
from iptsim.packet import Packet
from iptsim.questions.verify import Check, Verification
from iptsim.source import printable
from iptsim.trace import Trace

_SHOWN = 5  # disagreements in full


def verification_text(kernel: Kernel, made: Verification, verbose: bool = False) -> str:
    """The whole answer."""
    return "\n".join(printable(line) for line in _lines(kernel, made, verbose)) + "\n"


def asked_of(kernel: Kernel) -> str:
    """Which kernel, and which tools loaded the rules: "Linux 6.18.44, iptables v1.8.9 (nf_tables)"."""
    tool = version(restore(kernel.ruleset.family, kernel.backend)).replace("-restore", "")
    return f"{platform.system()} {platform.release()}, {tool}"


def _lines(kernel: Kernel, made: Verification, verbose: bool) -> Iterator[str]:
    bad = made.disagreements
    rules = sum(1 for _ in made.ruleset.rules())
    word = f"disagrees on {len(bad)}" if bad else "agrees"
    yield f"the kernel {word}: {len(made.checks)} packets, {len(made.reached)} of {rules} rules met ({asked_of(kernel)})"
    if made.undecided:
        yield f"{made.undecided} of the packets were followed up to something that cannot be known"
    for reason, count in made.unsent.items():
        yield f"not sent: {count}: {reason}"
    for rule in made.missed if verbose else ():
        yield f"not met: {rule}  {made.ruleset.rule(rule).text}"
    for check in bad[:_SHOWN]:
        yield ""
        yield from _disagreement(made, check)
    if len(bad) > _SHOWN:
        yield f"{len(bad) - _SHOWN} more"
    if bad:
        yield from ("", "the host:", *(f"  {line}" for line in _host(kernel)), "", "the rules:", *dump(made.ruleset).splitlines())


def _disagreement(made: Verification, check: Check) -> Iterator[str]:
    *before, last = check.packets
    yield from (f"iptsim: {difference}" for difference in check.differences)
    yield from (f"  after   {_packet(packet)}" for packet in before)
    yield f"  packet  {_packet(last)}"
    yield from _way("iptsim", check.walked)
    yield from _way("kernel", check.seen)


def _packet(packet: Packet) -> str:
    """As Python that makes it, without what is assumed."""
    return repr(Packet(**{name: value for name, value in packet.known().items() if name != "assume"}))


def _way(who: str, trace: Trace) -> Iterator[str]:
    decider = f" by {trace.decided_by}" if trace.decided_by else ""
    yield f"  {who}  {trace.verdict} ({trace.fate}){decider}" + (f": {trace.out}" if trace.out else "")
    for step in trace:
        yield f"    {step.id}" + (f"  {step.rule.text}" if step.rule else f"  {step.note}" if step.note else "")


def _host(kernel: Kernel) -> Iterator[str]:
    """What the namespace was given."""
    host = kernel.host
    for link in host.links or ():
        ports = f", a bridge with {', '.join(host.bridges[link.name]) or 'two ports'}" if link.name in host.bridges else ""
        yield f"{link.name}: {', '.join(str(address.ip) for address in link.addresses) or 'no address'}{ports}"
    yield from (f"route {line.text}" for line in host.routes or ())
    yield from (f"rule {line.text}" for line in host.rules)
    yield from (f"{name} = {value}" for name, value in host.sysctls.items())
