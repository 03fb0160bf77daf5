"""QUEUE: handed to user space."""

from __future__ import annotations

from iptsim.effect import Effect
from iptsim.effect import Queue as QueueEffect
from iptsim.extension import Target


class Queue(Target, name="QUEUE"):
    """Hand the packet to the program that listens on queue 0: NFQUEUE by its older name."""

    @property
    def effect(self) -> Effect:
        return QueueEffect()
