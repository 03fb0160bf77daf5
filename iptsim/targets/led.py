"""LED: blink a light."""

from __future__ import annotations

import re

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target


def _delay(text: str) -> str:
    if not re.fullmatch(r"inf|[0-9]+", text):
        raise ValueError(f"{text!r} is not a number of milliseconds or inf")
    return text


DELAY = values.samples("a number of milliseconds or inf", _delay, str, "100", "inf")


class Led(Target, name="LED"):
    """Blink a light on the machine for every packet; the next rule follows."""

    trigger = Option("--led-trigger-id", values.always_quoted("a name", 26), says="the light is {}", required=True)
    delay = Option("--led-delay", DELAY, says="the light is on for {} ms", default="0")
    always_blink = Option("--led-always-blink", None, says="the light is blinking even when it is on")

    @property
    def effect(self) -> Effect:
        return Continue("light blinked")
