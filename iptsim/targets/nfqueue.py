"""NFQUEUE: handed to user space."""

from __future__ import annotations

from dataclasses import replace

from iptsim import values
from iptsim.effect import Effect
from iptsim.effect import Queue as QueueEffect
from iptsim.extension import Given, Option, Target


def _balance(text: str) -> tuple[int, int]:
    pair: tuple[int, int] = values.number_range(65535).read(text)
    if pair[0] >= pair[1] or not all(text.split(":")):
        raise ValueError(f"{text!r} is not a range a:b of queues")
    return pair


BALANCE = values.drawing(replace(values.number_range(65535, "a range a:b of queues"), read=_balance), "0:3", "10:11")


class Nfqueue(Target, name="NFQUEUE"):
    """Hand the packet to the program that listens on a queue, which decides. Where nobody listens it is dropped, or with --queue-bypass accepted."""

    number = Option("--queue-num", values.number(65535), says="the queue is {}", excludes=("--queue-balance",))
    balance = Option("--queue-balance", BALANCE, says="the queue is one of {}", excludes=("--queue-num",))
    bypass = Option("--queue-bypass", None, says="the packet is accepted where nobody listens")
    fanout = Option("--queue-cpu-fanout", None, says="the queue is that of the processor", needs=("--queue-balance",))

    def implied(self) -> tuple[Given, ...]:
        return () if self.has(Nfqueue.number) or self.has(Nfqueue.balance) else (Given(Nfqueue.number, 0),)

    @property
    def effect(self) -> Effect:
        first = self.get(Nfqueue.balance)[0] if self.has(Nfqueue.balance) else self.get(Nfqueue.number, 0)
        return QueueEffect(first, self.has(Nfqueue.bypass))
