"""Target led: what it reads, what it does, what it says."""

from __future__ import annotations

from iptsim.effect import Continue
from tests.cases import does, reads, says

test_reads_and_saves = reads('-j LED --led-trigger-id "ssh" --led-delay 100 --led-always-blink', ("error: needs --led-trigger-id", "-j LED"))
test_does = does((Continue("light blinked"), "-j LED --led-trigger-id ssh"))
test_says = says(('the light is "ssh"', "-j LED --led-trigger-id ssh"))
