"""Hypothesis strategies: packets, flows and rulesets for property tests of firewalls. Needs `pip install 'iptsim[hypothesis]'`.

Everything is drawn from what is there: values of a packet from the constants in the rules, on and beside their boundaries; rules from the option
tables of the extensions.

>>> import iptsim
>>> from hypothesis import given
>>> rs = iptsim.parse("*filter\\n:INPUT DROP\\n-A INPUT -i eth1 -p tcp -m tcp --dport 5432 -j ACCEPT\\nCOMMIT\\n")
>>> @given(packets(rs, within=rs.explain(in_interface="eth0", dst_type="LOCAL", dport=5432).question))
... def test_no_packet_from_the_internet_reaches_port_5432(packet):
...     assert rs.walk(packet).verdict == "DROP"
>>> test_no_packet_from_the_internet_reaches_port_5432()
"""

try:
    import hypothesis
except ImportError as missing:
    raise ImportError("iptsim.strategies needs hypothesis: pip install 'iptsim[hypothesis]'") from missing
del hypothesis

from iptsim.strategies.packets import flows, packets  # noqa: E402  # after the question whether hypothesis is there
from iptsim.strategies.rulesets import rulesets  # noqa: E402

__all__ = ["flows", "packets", "rulesets"]
