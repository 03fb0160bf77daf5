"""The stories of fixtures/scenarios, put to this machine's kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import iptsim
from iptsim.host import Host
from iptsim.kernel import Kernel, differences
from iptsim.packet import Packet
from iptsim.trace import Trace, Verdict
from tests.test_scenarios import FLOWS, FOLDERS, STATE, told

# In a namespace of one's own no port of a bridge is in hairpin mode.
ASSUMED = STATE | {"hairpin:cni0": False}


def of_family(flow: dict[str, Any]) -> int:
    return 6 if ":" in flow["packet"]["dst"] else 4


GROUPS = [(folder, family) for folder in FOLDERS for family in (4, 6) if any(f == folder and of_family(flow) == family for f, flow in FLOWS)]


@pytest.fixture(params=GROUPS, ids=[f"{folder.name[:2]} IPv{family}" for folder, family in GROUPS])
def story(request: pytest.FixtureRequest, backend: str) -> Iterator[tuple[Path, int, Kernel]]:
    """A story's host and rules in the kernel."""
    folder, family = request.param
    files = {name: folder / f"{name}.txt" for name in ("addr", "route", "rule", "ipset", "sysctl")}
    host = Host.read(**{name: str(file) for name, file in files.items() if file.exists()})
    dump = folder.with_suffix(".txt") if family == 4 else folder / "rules.v6.txt"
    with Kernel(iptsim.load(dump, host=host, family=family, backend="nft" if folder.name.startswith("20") else None), backend=backend) as kernel:
        yield folder, family, kernel


def test_a_storys_packets_go_the_way_that_iptsim_says(story: tuple[Path, int, Kernel]) -> None:
    folder, family, kernel = story
    asked = [flow for place, flow in FLOWS if place == folder and of_family(flow) == family]
    assert asked
    for flow in asked:
        kernel.refresh()
        recorded = [*flow["pre"], flow["packet"]]
        seen = kernel.flow([Packet(**told(folder, one)) for one in recorded])
        assert any(disagreements(kernel, seen, fall) == [] for fall in (True, False)), (flow["question"], disagreements(kernel, seen, True))


def disagreements(kernel: Kernel, seen: list[Trace], fall: bool) -> list[str]:
    """What the walk says otherwise of these packets; `fall` is how the dice fall by which kube-proxy chooses an endpoint."""
    assumed = ASSUMED | {"statistic": fall}
    sent = [Packet(**{**trace.packet.known(), "assume": {**trace.packet.known()["assume"], **assumed}}) for trace in seen]
    walked = [kernel.ruleset.walk(packet, after=sent[:number]) for number, packet in enumerate(sent)]
    assert all(trace.verdict is not Verdict.UNDECIDED for trace in walked)
    return [text for ours, theirs in zip(walked, seen, strict=True) for text in differences(ours, theirs)]
