"""The bytes of a packet, as far as its fields say what they are: what u32 and bpf look at."""

from iptsim.headers.layout import Frame, everywhere, opaque
from iptsim.headers.word import Word

__all__ = ["Frame", "Word", "everywhere", "opaque"]
