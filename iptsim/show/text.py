"""An explanation as text: the cases in a table, then the way of each, then what the answer rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iptsim.questions.explanation import Explanation
from iptsim.show.asked import asked
from iptsim.show.lines import Line, line, rendered, style_of
from iptsim.show.notes import assumed, miss_lines, unknown
from iptsim.show.outcome import answer, brief, decider, fate, place, short, witness
from iptsim.show.path import Row, path_lines, path_rows
from iptsim.show.when import conditions
from iptsim.trace import Fate, Verdict

_BLANK = line()
_LEAST = 24  # columns that the last one of the table needs
_WIDEST = 140  # columns of a table where nothing is wrapped
_WAYS = 12  # cases whose way is shown, unless all are asked for
_SAME = 4  # steps in common from which on they are not repeated


def explanation_text(explanation: Explanation, *, color: bool = False, width: int | None = None, verbose: bool = False) -> str:
    """The whole answer. `width` is that of a terminal; without it nothing is wrapped."""
    return rendered(Report(explanation, width, verbose).lines(), color, width)


class Report:
    """The lines of one explanation."""

    def __init__(self, explanation: Explanation, width: int | None, verbose: bool) -> None:
        self.explanation = explanation
        self.cases = explanation.cases
        self.width = width
        self.verbose = verbose
        self.shown = explanation.cases if verbose else explanation.cases[:_WAYS]
        self.paths = [path_rows(case.trace, verbose) for case in self.shown]

    def lines(self) -> Iterator[Line]:
        """All of them."""
        yield line(asked(self.explanation))
        yield _BLANK
        if len(self.cases) == 1:
            yield from path_lines(self.paths[0])
            yield _BLANK
            yield from self._end(0)
        else:
            said = conditions(self.explanation)
            yield from self._table(said)
            for number, when in enumerate(said[: len(self.shown)]):
                yield from self._section(number, when)
            if more := len(said) - len(self.shown):
                yield _BLANK
                yield line(f"the ways of {more} more cases: -v shows them, or give more of the flow")
        notes = [*assumed(self.explanation), *unknown(self.explanation, self.shown)]
        if notes:
            yield _BLANK
            yield from notes

    # ---------------------------------------------------------------- the table
    def _table(self, said: Sequence[str]) -> Iterator[Line]:
        cases = zip(self.cases, said, strict=True)
        rows = [(f"({n})", when, str(case.verdict), short(case.decided_by)) for n, (case, when) in enumerate(cases, 1)]
        wide = [max(len(row[n]) for row in rows) for n in range(4)]
        start = sum(wide) + 7
        narrow = start + _LEAST > (self.width or _WIDEST)
        yield line(f"{len(rows)} cases")
        for row, case in zip(rows, self.cases, strict=True):
            number, when, verdict, by = (text.ljust(size) for text, size in zip(row, wide, strict=True))
            then, style = brief(self.explanation, case) if len(rows) == len(self.shown) else str(case.fate), style_of(case.verdict)
            if narrow:
                yield line(number, " ", row[1], hang=wide[0] + 1)
                yield line(" " * (wide[0] + 1), (row[2], style), f" by {row[3]}, {then}", hang=wide[0] + 3)
            else:
                yield line(number, " ", when, "  ", (verdict, style), "  ", by, "  ", then, hang=start)

    # ---------------------------------------------------------------- one case
    def _section(self, number: int, when: str) -> Iterator[Line]:
        case = self.cases[number]
        if case.fate is Fate.LOST and not self.verbose:
            return  # the table said it
        yield _BLANK
        head, example = f"({number + 1}) {when}", f"such as {witness(self.explanation, case.witness)}"
        if self.width is None or len(head) + len(example) + 3 <= self.width:
            yield line(f"{head}   ", (example, "dim"))
        else:
            yield line(head, hang=4)
            yield line("    ", (example, "dim"), hang=6)
        before, same = self._beginning(number)
        if same:
            yield line((f"  as ({before + 1}) up to {self.paths[number][same - 1].id.strip()}, then", "dim"))
        yield from path_lines(self.paths[number], same)
        yield from self._end(number)

    def _beginning(self, number: int) -> tuple[int, int]:
        """(an earlier case, how many of the first steps are the same as there); some step is always left to be shown."""
        rows = self.paths[number]
        shared = [(min(_shared(rows, self.paths[n]), len(rows) - 1), -n) for n in range(number) if self.cases[n].fate is not Fate.LOST]
        same, before = max(shared, default=(0, 0))
        return (-before, same) if same >= _SAME and not self.verbose else (0, 0)

    def _end(self, number: int) -> Iterator[Line]:
        """The verdict and who decided; the answer, and its way where it does not pass; the nearest miss."""
        case = self.cases[number]
        yield self._verdict(number)
        back = answer(self.explanation.ruleset, case)
        if back and case.reply is not None:
            if self.verbose or case.connection == "broken":
                yield _BLANK
                yield line("the way of the answer")
                yield from path_lines(path_rows(case.reply, self.verbose))
            style = "" if case.connection == "ok" else style_of(case.reply.verdict)
            yield line("answer: ", (back[0], style), back[1], hang=2)
        if case.miss is not None:
            yield _BLANK
            yield from miss_lines(case.miss, self.width)

    def _verdict(self, number: int) -> Line:
        case = self.cases[number]
        where = place(self.explanation.ruleset, case.decided_by)
        by = f" by {decider(case.trace)}" if case.decided_by else ""
        separator = ", " if case.verdict in (Verdict.ACCEPT, Verdict.QUEUE) else ": "
        text = f"{by}{f' ({where})' if where else ''}{separator}{fate(self.explanation, case)}"
        return line((str(case.verdict), style_of(case.verdict)), text, hang=2)


def _shared(rows: list[Row], others: list[Row]) -> int:
    """How many rows both begin with."""
    return next((n for n, (one, other) in enumerate(zip(rows, others, strict=False)) if one != other), min(len(rows), len(others)))
