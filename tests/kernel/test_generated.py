"""Random rulesets and packets: the walk against this machine's kernel, step by step. IPTSIM_SEED=N repeats a run, IPTSIM_ROUNDS=N makes it longer."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from random import SystemRandom

import pytest

import iptsim
from iptsim.kernel import Kernel, differences
from iptsim.names import ESTABLISHED
from iptsim.packet import Packet
from iptsim.questions.verify import answer
from iptsim.trace import Verdict
from tests.kernel.generator import HOSTS, Generator

FRESH = int(os.environ.get("IPTSIM_SEED") or SystemRandom().randrange(1 << 32))
ROUNDS = int(os.environ.get("IPTSIM_ROUNDS", "25"))
PACKETS = 25
_SYN, _ACK = 0x02, 0x10
ASSUMED = {"hairpin:docker0": False}


@dataclass(slots=True)
class Tally:
    """What a run came to: packets, those that the walk left undecided, rules met of those that were there, and disagreements as reports."""

    packets: int = 0
    undecided: int = 0
    met: int = 0
    rules: int = 0
    bad: list[str] = field(default_factory=list)


def run(seed: int, family: int, backend: str, rounds: int) -> Tally:
    """Rulesets one after the other on the same host, and flows of up to three packets through each."""
    tally = Tally()
    with Kernel(iptsim.parse("*filter\nCOMMIT\n", family=family, host=HOSTS[family]), backend=backend) as kernel:
        for number in range(seed, seed + rounds):
            generator = Generator(number, family)
            rules = iptsim.parse(generator.dump(), family=family, backend=backend, host=HOSTS[family])
            kernel.load(rules)
            met: set[str] = set()
            for _ in range(PACKETS):
                compare(kernel, generator.packet(rules), tally, met, number)
            tally.met += len(met)
            tally.rules += sum(1 for _ in rules.rules())
    return tally


def compare(kernel: Kernel, first: Packet, tally: Tally, met: set[str], seed: int) -> None:
    """A packet; the answer of whoever got it; and the packet that follows."""
    sent = [kernel.complete(Packet(**first.known(), assume=ASSUMED))]
    while True:
        seen = kernel.flow(sent)
        walked = kernel.ruleset.walk(sent[-1], after=sent[:-1])
        tally.packets += 1
        tally.undecided += walked.verdict is Verdict.UNDECIDED
        met |= {step.rule.id for step in seen[-1] if step.rule}
        for difference in differences(walked, seen[-1]):
            ways = f"walk   {walked}\nkernel {seen[-1]}"
            tally.bad.append(f"seed {seed}: {difference}\n{ways}\n{sent}\n{kernel.ruleset.save()}")
        more = follow_up(kernel, sent, seen[-1], walked) if walked.out is not None else None
        if more is None:
            return
        sent.append(kernel.complete(Packet(**more.known(), assume=ASSUMED)))


def follow_up(kernel: Kernel, sent: list[Packet], last: iptsim.Trace, walked: iptsim.Trace) -> Packet | None:
    """The answer to the first packet; when that was taken for one, what the first sender says next."""
    count, first = len(sent), sent[0]
    if count == 1:
        return answer(kernel, last)
    if count == 2 and first.tcp_flags == _SYN and last.packet.tcp_flags == _SYN | _ACK and walked.out.ctstate == ESTABLISHED:
        return Packet(**{name: value for name, value in first.known().items() if name != "assume"} | {"tcp_flags": "ACK"})
    return None


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("seed", [1, FRESH], ids=["a fixed seed", "a fresh seed"])
def test_the_walk_agrees_with_the_kernel_on_random_rules_and_packets(seed: int, family: int, backend: str) -> None:
    tally = run(seed, family, backend, ROUNDS)
    assert not tally.bad, f"IPTSIM_SEED={seed}: {len(tally.bad)} of {tally.packets} packets\n" + "\n".join(tally.bad[:2])
    assert tally.packets >= ROUNDS * PACKETS
    assert tally.undecided * 20 < tally.packets
    assert tally.met * 4 > tally.rules, f"only {tally.met} of {tally.rules} rules were met"
