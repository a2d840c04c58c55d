"""One question in several columns: reworded in the field (the first filled cell counts) or asked in parts (their sum)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bwise.exports.table import NOT_SHOWN
from bwise.matching.columns import Match, by_question
from bwise.questionnaire import Question
from bwise.settings import Delivery
from bwise.text import tidy

FIRST, SUM = "first", "sum"
EMPTY = ("no_answer", "not_shown")  # reasons of a cell that holds nothing


def how_joined(delivery: Delivery, question: str) -> str:
    """How params join the columns of a question: `first`, `sum`, or not at all."""
    return delivery.join if isinstance(delivery.join, str) else delivery.join.get(question, "")


def first_filled(reasons: Sequence[pd.Series]) -> np.ndarray:
    """For each row, the number of the first column that holds anything, an unreadable answer and a "don't know" too.

    Where all are empty: the first that was shown, else the first.
    """
    given = np.column_stack([~reason.isin(EMPTY).to_numpy() for reason in reasons])
    shown = np.column_stack([reason.ne("not_shown").to_numpy() for reason in reasons])
    return np.where(given.any(axis=1), given.argmax(axis=1), shown.argmax(axis=1))


def take_from(columns: Sequence[pd.Series], numbers: np.ndarray) -> pd.Series:
    """For each row, the cell of the column with this number."""
    found = columns[0]
    for number, column in enumerate(columns[1:], 1):
        found = found.where(numbers != number, column)
    return found


def total(values: Sequence[pd.Series], reasons: Sequence[pd.Series]) -> tuple[pd.Series, pd.Series]:
    """The sum of numbers where all of them are there; else no answer, for the reason of the first that is missing, or unreadable."""
    missing = take_from(reasons, np.column_stack([reason.ne("").to_numpy() for reason in reasons]).argmax(axis=1))
    unreadable = np.any([reason.eq("unreadable").to_numpy() for reason in reasons], axis=0)
    reason = missing.mask(unreadable, "unreadable")
    return sum(values[1:], values[0]).where(reason.eq("")), reason


def contradictions(raw_cells: pd.DataFrame, mapping: pd.DataFrame, matches: list[Match], question: Question) -> pd.Series:
    """Rows in which two columns of a question hold different answers."""
    columns = [m for m in by_question(matches).get(question.name, []) if "/" not in m.target]
    answers = [_answers(raw_cells[m.column.position], mapping[mapping["column"].eq(m.column.position + 1)], question) for m in columns]
    found = pd.Series(False, index=raw_cells.index)
    for number, one in enumerate(answers):
        for other in answers[number + 1 :]:
            found |= one.ne("") & other.ne("") & one.ne(other)
    return found


def _answers(cells: pd.Series, mapping: pd.DataFrame, question: Question) -> pd.Series:
    """What the mapping makes of each cell, "" for none; open answers are not in it."""
    if question.kind == "text":
        return cells.replace(NOT_SHOWN, "").map(tidy)
    lines = mapping[mapping["question"].eq(question.name)]
    return cells.map(dict(zip(lines["raw"], lines["code"], strict=True))).fillna("")
