"""What shape a table has that is not one row per respondent and one column per question; in words an analyst can pass on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from bwise.exports.table import Grid, RawTable
from bwise.matching.columns import heading_index
from bwise.problems import Problem
from bwise.questionnaire import Questionnaire
from bwise.text import answer_key, code_key, heading_key, tidy

FEW = 5  # questions that must be named before a shape is told by them
MOSTLY = 0.6  # of the filled cells of a column must be questions, or answers
NARROW = 15  # columns; a table of one row per answer has no more
LAST_HEADING_ROW = 6
LOOKED_AT = 200  # rows that are enough to see what a table holds
COUNTS = {
    answer_key(word)
    for word in """
n|count|counts|frequency|percent|percentage|share|%|anzahl|häufigkeit|prozent|anteil|effectif|effectifs|nombre|fréquence|pourcentage|
aantal|frequentie|percentage|брой|честота|процент|broj|frekvencija|postotak|πλήθος|συχνότητα|ποσοστό|numero|conteggio|frequenza|
percentuale|skaits|biežums|procenti|liczba|częstość|procent|număr|frecvență|število|delež|número|recuento|frecuencia|porcentaje
""".replace("\n", "").split("|")
}
"""Headings of columns with counts or percentages, in English and the languages of the 13 countries."""
NUMBERS = r"\d[\d\s.,]*%?"

LONG = Problem(
    "it has one row per answer (a long table): one of its columns names the questions",
    why="a row would count as a respondent",
    remedy="ask the partner for one row per respondent and one column per question (wide format)",
)
COUNTED = Problem(
    "it is a table of frequencies: how often each answer was given, not who gave it",
    why="counts cannot be compared, checked or broken down as answers can",
    remedy="ask the partner for the answers themselves, one row per respondent",
)
TRANSPOSED = Problem(
    "it is turned round: the questions stand below one another in its first column, the respondents side by side",
    why="a question would count as a respondent",
    remedy="ask the partner for the export as the tool wrote it, one row per respondent",
)
LOWER_HEADINGS = Problem(
    "its headings stand in row {row}, below other headings or a title",
    why="headings would count as a respondent",
    remedy="ask the partner for the export as the tool wrote it, with one row of headings at the top",
)

SECOND_HEADINGS = Problem(
    "row {row} holds headings, too: the texts or codes of the questions",
    why="it would count as a respondent",
    remedy="ask the partner for the export as the tool wrote it, with one row of headings at the top; or delete that row",
)


def shape_of(grid: Grid, questionnaire: Questionnaire) -> Problem | None:
    """What shape a table has whose headings are not those of the questionnaire; None when it has none of the known ones."""
    cells = grid.cells
    if cells.shape[1] < 2 or len(cells) < 2:
        return None
    named = _questions_in(cells.iloc[:, 0], questionnaire)
    if len(named) >= FEW and named.is_unique and len(named) >= MOSTLY * cells.iloc[:, 0].ne("").sum():
        return COUNTED if _has_counts(cells) else TRANSPOSED
    found = one_row_per_answer(cells, questionnaire)
    if found:
        return found
    top = len(_questions_in(cells.iloc[0], questionnaire))
    for row in range(1, min(LAST_HEADING_ROW, len(cells) - 1)):
        here = len(_questions_in(cells.iloc[row], questionnaire))
        if here >= max(FEW, 2 * top):
            return replace(LOWER_HEADINGS, what=LOWER_HEADINGS.what.format(row=cells.index[row]))
    return None


def one_row_per_answer(cells: pd.DataFrame, questionnaire: Questionnaire) -> Problem | None:
    """Whether a row is an answer, or how often it was given: a column names questions again and again, or the first one answers."""
    data = cells.iloc[1 : LOOKED_AT + 1]
    for column in data if data.shape[1] <= NARROW else ():
        filled = data[column][data[column].ne("")]
        named = _questions_in(filled, questionnaire)
        if named.nunique() >= FEW and not named.is_unique and len(named) >= MOSTLY * len(filled):
            return COUNTED if _has_counts(cells) else LONG
    first = data.iloc[:, 0][data.iloc[:, 0].ne("")]
    others = data.iloc[:, 1:].to_numpy().ravel()
    numbers = pd.Series(others[others != ""], dtype="str").str.fullmatch(NUMBERS)
    if len(first) < 2 or not first.is_unique or not len(numbers) or not numbers.all():
        return None
    return COUNTED if first.map(answer_key).isin(_answer_keys(questionnaire)).mean() >= MOSTLY else None


def second_headings(raw: RawTable, questionnaire: Questionnaire) -> Problem | None:
    """Whether the first row below the headings is one of headings: most of what is filled there is the text or code of a question."""
    if not len(raw.cells):
        return None
    row = raw.cells.index[0]
    filled = raw.cells.loc[row][lambda cells: cells.ne("")]
    named = len(_questions_in(filled, questionnaire))
    if named < FEW or named < MOSTLY * len(filled):
        return None
    return replace(SECOND_HEADINGS, what=SECOND_HEADINGS.what.format(row=row))


def _has_counts(cells: pd.DataFrame) -> bool:
    return any(answer_key(text) in COUNTS for text in cells.iloc[0])


def _questions_in(texts: Iterable[str], questionnaire: Questionnaire) -> pd.Series:
    """Those of the texts that are the text or code of a question."""
    index = heading_index(questionnaire)
    found = [tidy(text) for text in texts if text]
    return pd.Series([t for t in found if heading_key(t) in index.texts or (code_key(t) and code_key(t) in index.codes)], dtype="str")


def _answer_keys(questionnaire: Questionnaire) -> set[str]:
    return {answer_key(label) for choices in questionnaire.lists.values() for c in choices.values() for label in c.labels.values()}
