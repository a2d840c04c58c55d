"""Multiple answers that a file holds twice, joined in one cell and option by option: whether both say the same."""

from __future__ import annotations

from dataclasses import replace

from bwise.exports.table import RawTable
from bwise.matching.answers import Answers, match_answers
from bwise.matching.columns import REPEATS, Match
from bwise.questionnaire import Questionnaire
from bwise.settings import Delivery
from bwise.text import tidy


def rows_that_differ(
    raw: RawTable, matches: list[Match], answers: Answers, questionnaire: Questionnaire, delivery: Delivery, language: str
) -> dict[str, tuple[int, ...]]:
    """Question -> rows of the file in which the columns that were set aside as repetitions say something else than those read.

    Somebody corrected the one and forgot the other, or an option was added that has no column. An option that only one of the two
    has a column for is not compared.
    """
    again = [replace(m, target=m.named) for m in matches if m.how == REPEATS and m.named]
    again = [m for m in again if raw.cells[m.column.position].map(tidy).ne("").any()]
    if not again:
        return {}
    other = match_answers(raw, again, questionnaire, delivery, language)
    found = {}
    for question in dict.fromkeys(m.question for m in again):
        columns = [c for c in questionnaire.columns(question) if not any(_without_column(a, c) for a in (answers, other))]
        unknown = [a.reasons[columns].eq("unreadable").any(axis=1) for a in (answers, other)]
        ticked = [a.values[columns].eq(True).fillna(False).astype(bool) for a in (answers, other)]
        off = ~unknown[0] & (unknown[1] | ticked[0].ne(ticked[1]).any(axis=1))
        if off.any():
            found[question] = tuple(off.index[off])
    return found


def _without_column(answers: Answers, column: str) -> bool:
    return bool(answers.reasons[column].eq("not_asked").all())
