"""Runs of columns that are headed by options alone: which question each run belongs to is told by the other columns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BEYOND = 2  # options of a question on either side of a column that is none of any question


def targets_in_runs(possible: Sequence[dict[int, str]], may_begin: Sequence[bool], least: Mapping[int, int]) -> list[set[str]]:
    """For each column, every target it has in the readings that place the most columns; "" where one of these leaves it open.

    A reading gives neighbouring columns to questions in the questionnaire's order: one run per question, no option twice. Columns
    that are no option of any question may stand inside a run (an option renamed in the field): they are placed nowhere.
    A column with exactly one target in all of them is told beyond doubt, if the columns are in the questionnaire's order.

    Args:
        possible: for each column, the number of a question in the questionnaire's order -> what the column would be there.
        may_begin: for each column, whether a run may begin with it.
        least: number of a question -> how many options a run of it must have: a few options of the same name prove nothing.
    """
    questions = sorted({number for targets in possible for number in targets})
    runs = [
        (start, end, rank, options)
        for start, begins in enumerate(may_begin)
        for rank, number in enumerate(questions)
        if begins
        for end, options in _ends(possible, start, number)
        if options >= least.get(number, 1)
    ]
    columns, ranks = range(len(possible)), range(len(questions))
    beginning, ending = {}, {}
    for start, end, rank, options in runs:
        beginning.setdefault((start, rank), []).append((end, options))
        ending.setdefault((end, rank), []).append((start, options))
    # how many columns the best reading places: of those from `at` on with questions from `rank` on …
    after = [[0] * (len(questions) + 1) for _ in range(len(possible) + 1)]
    for at in reversed(columns):
        after[at] = after[at + 1].copy()
        for rank in reversed(ranks):
            placed = [options + after[end][rank + 1] for end, options in beginning.get((at, rank), ())]
            after[at][rank] = max(after[at][rank], after[at][rank + 1], *placed)
    # … and of those before `at` with questions before `rank`
    before = [[0] * (len(questions) + 1) for _ in range(len(possible) + 1)]
    for at in columns:
        before[at + 1] = before[at].copy()
        for rank in ranks:
            placed = [options + before[start][rank] for start, options in ending.get((at + 1, rank), ())]
            before[at + 1][rank + 1] = max(before[at + 1][rank + 1], before[at + 1][rank], *placed)
    most = after[0][0]
    found: list[set[str]] = [set() for _ in possible]
    for start, end, rank, options in runs:
        if before[start][rank] + options + after[end][rank + 1] == most:
            for at in range(start, end):
                found[at] |= {possible[at][questions[rank]]} if possible[at] else {""}
    for at in columns:
        if any(here + later == most for here, later in zip(before[at], after[at + 1], strict=True)):
            found[at].add("")
    return found


def longest_run(possible: Sequence[dict[int, str]], start: int, number: int) -> int:
    """Where the longest run of this question from `start` on ends."""
    return max((end for end, _ in _ends(possible, start, number)), default=start)


def _ends(possible: Sequence[dict[int, str]], start: int, number: int) -> list[tuple[int, int]]:
    """Where a run of this question from `start` on may end, and with how many options: after any of them.

    It is over at the first column that is an option of other questions only, or is again. A column of no question may stand between
    two options before it and two after it: one alone after it may be the `None of these` of a question nobody knows.
    """
    seen: set[str] = set()
    ends, beyond = [], BEYOND  # options since the last column of no question
    for at in range(start, len(possible)):
        target = possible[at].get(number, "")
        over = (not target or target in seen) if possible[at] else min(beyond, len(seen)) < BEYOND
        if over:
            break
        beyond = beyond + 1 if target else 0
        if target:
            seen.add(target)
            ends += [(at + 1, len(seen))] if beyond >= BEYOND else []
    return ends
