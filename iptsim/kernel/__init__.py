"""The same flow, put to the real kernel of this machine: it is the judge of everything that iptsim says."""

from iptsim.kernel.comparing import differences
from iptsim.kernel.machine import Kernel
from iptsim.kernel.readiness import unavailable
from iptsim.kernel.tools import KernelError

__all__ = ["Kernel", "KernelError", "differences", "unavailable"]
