"""LOG: a line in the kernel's log."""

from __future__ import annotations

from iptsim import values
from iptsim.effect import Continue, Effect
from iptsim.extension import Option, Target
from iptsim.names import LOG_LEVELS


class Log(Target, name="LOG"):
    """Write a line about the packet to the kernel's log; the next rule follows."""

    prefix = Option("--log-prefix", values.text(29, "a log prefix"), says="the prefix is {}")
    level = Option("--log-level", values.named(LOG_LEVELS, "a log level", 7), says="the level is {}", default=4)
    tcp_sequence = Option("--log-tcp-sequence", None, says="TCP sequence numbers are logged")
    tcp_options = Option("--log-tcp-options", None, says="TCP options are logged")
    ip_options = Option("--log-ip-options", None, says="IP options are logged")
    uid = Option("--log-uid", None, says="the user of the process is logged")
    macdecode = Option("--log-macdecode", None, says="MAC addresses are logged")

    @property
    def effect(self) -> Effect:
        return Continue("logged")
