"""--expect: is the answer the one that was expected?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iptsim.trace import Verdict

if TYPE_CHECKING:
    from iptsim.questions.explanation import Explanation

EXPECTED = ("ACCEPT", "DROP", "REJECT", "allow", "deny")
_MEANT = {"allow": {Verdict.ACCEPT}, "deny": {Verdict.DROP, Verdict.REJECT}}
_MET, _NOT_MET, _UNDECIDED = 0, 1, 3


def judged(explanation: Explanation, expected: str) -> int:
    """The exit code: a case that contradicts is 1, else one that is not decided 3, else 0."""
    meant = _MEANT.get(expected.lower()) or {Verdict(expected.upper())}
    verdicts = {case.verdict for case in explanation.cases}
    if verdicts - meant - {Verdict.UNDECIDED}:
        return _NOT_MET
    return _UNDECIDED if Verdict.UNDECIDED in verdicts else _MET
