"""SurveyMonkey answers as CSV or XLSX: all responses, one row each, under two heading rows.

Layout (real exports, and programs that read them): row 1 holds each question over its first column only, row 2 what the column
holds: `Response` or `Open-Ended Response` where the question has one column, else an option, a row of a matrix, or the label of
the field for other answers. SurveyMonkey's own columns come first, with nothing in row 2. The cell of an option holds the text
of the option; with "other" the response itself stays empty, and the text is in the last column of the question.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

import pandas as pd

from bwise.exports.table import FREE_TEXT, Column, Grid, RawTable, raw_table
from bwise.text import heading_key, tidy

NAME = "SurveyMonkey"
RESPONDENT = re.compile(r"^\d{6,}$")
ROUNDED = re.compile(r"^\d([.,]\d+)?E\+\d{2}$")  # what a spreadsheet makes of a long number
META = {
    "respondentid": "respondent_id",
    "collectorid": "tool",
    "startdate": "started",
    "datecreated": "started",
    "enddate": "tool",  # of the last change: nothing tells whether the answers were finished
    "datemodified": "tool",
}
RESPONSE = {"response", "openendedresponse"}
HINT = re.compile(r"\s*\([^()]*\)$")  # Other (please specify)


@dataclass(frozen=True)
class _Question:
    """A question and its columns: position -> what row 2 says of it."""

    text: str
    parts: dict[int, str]


def heading_rows(grid: Grid) -> range:
    """Questions, and their rows or options."""
    return range(1, 3 if _headings(grid)[0] else 1)


def read(grid: Grid) -> RawTable | None:
    """Accept a table with two rows of headings and the numbers of respondents in its first column.

    Two things are changed in the cells: an answer that stands in the field for others has the label of the field (`Other`) in
    the column of the response, too; options written as their numbers are written as options.
    """
    own, questions = _headings(grid)
    words = _words_for_response(questions)
    if not own or not words & {heading_key(part) for q in questions for part in q.parts.values()}:
        return None
    data = _blanks_of_r(grid.cells.loc[3:])
    respondents = data.loc[data.ne("").any(axis=1), own[0]].map(tidy)
    rounded = respondents.str.match(ROUNDED)
    if not (respondents.str.match(RESPONDENT) | rounded).all():
        return None
    columns = [Column(p, h, text=h, about=META.get(heading_key(h), "person")) for p, h in grid.cells.loc[1, own].items()]
    columns[0] = replace(columns[0], about="tool" if rounded.any() else "respondent_id")
    told = {}
    for question in questions:
        single = heading_key(next(iter(question.parts.values()))) in words
        fields = _fields(question, data, single)
        columns += [_column(question, p, single, p in fields) for p in question.parts]
        told |= _response_of_field(question, data, fields) if single else _options_by_text(question, data, fields)
    raw = raw_table(NAME, grid, columns, first_data_row=3)
    return replace(raw, cells=pd.DataFrame({p: told.get(p, raw.cells[p]) for p in raw.cells}, index=raw.cells.index))


def _blanks_of_r(cells: pd.DataFrame) -> pd.DataFrame:
    """R writes NA into every empty cell: there is no other blank then."""
    return cells if cells.eq("").any(axis=None) else cells.replace("NA", "")


def _headings(grid: Grid) -> tuple[list[int], list[_Question]]:
    """Positions of SurveyMonkey's own columns, and the questions; nothing when the headings are not SurveyMonkey's."""
    own: list[int] = []
    questions: list[_Question] = []
    if 3 not in grid.cells.index:
        return own, questions
    for position, title, part in zip(grid.cells.columns, *(map(tidy, grid.cells.loc[row]) for row in (1, 2)), strict=True):
        repeated = questions and title == questions[-1].text and part not in questions[-1].parts.values()
        if part and questions and (not title or repeated):
            questions[-1].parts[position] = part
        elif part and title:
            questions.append(_Question(title, {position: part}))
        elif title and not questions:
            own.append(position)
        elif title or part:
            return [], []
    return own, questions


def _words_for_response(questions: list[_Question]) -> set[str]:
    """What stands in row 2 of questions with one column: in other languages known by standing there again and again."""
    alone = Counter(heading_key(part) for q in questions if len(q.parts) == 1 for part in q.parts.values())
    return RESPONSE | {word for word, count in alone.items() if count > 1}


def _fields(question: _Question, data: pd.DataFrame, single: bool) -> list[int]:
    """Positions of the fields for free text: beside a single answer, or after options when something else than them is there."""
    *options, last = question.parts
    if single or not options:
        return [*options, last][1:]
    if not all(_only(data[p], question, p) for p in options) or data[options].eq("").all(axis=None):
        return []
    empty = data[last].eq("").all()
    return [last] if not _only(data[last], question, last) or (empty and HINT.search(question.parts[last])) else []


def _only(cells: pd.Series, question: _Question, position: int) -> bool:
    """Whether the column holds nothing but its option, as text or as number."""
    return set(map(tidy, cells.unique())) <= {"", question.parts[position], str(list(question.parts).index(position) + 1)}


def _column(question: _Question, position: int, single: bool, field: bool) -> Column:
    part = question.parts[position]
    if single and not field:
        return Column(position, question.text, text=question.text)
    text = f"{question.text} [{HINT.sub('', part)}] {FREE_TEXT}" if field else f"{question.text} [{part}]"
    return Column(position, f"{question.text} [{part}]", text=text)


def _response_of_field(question: _Question, data: pd.DataFrame, fields: list[int]) -> dict[int, pd.Series]:
    """The response, with the label of the field for others, bare of its hint, where the answer or a part of it stands there."""
    if not fields:
        return {}
    response, field = next(iter(question.parts)), fields[0]
    given, label = data[response].map(tidy), HINT.sub("", question.parts[field])
    filled = data[field].ne("")
    instead = filled & given.isin(("", question.parts[field]))
    besides = filled & ~instead & _several(given)
    return {response: data[response].mask(instead, label).mask(besides, data[response] + ", " + label)}


def _several(given: pd.Series) -> bool:
    """Whether a response can hold several answers: one of them is another one and something more."""
    texts = set(given) - {""}
    return any(longer.startswith(f"{text},") for text in texts for longer in texts)


def _options_by_text(question: _Question, data: pd.DataFrame, fields: list[int]) -> dict[int, pd.Series]:
    """The options of a multiple answer that the export wrote as numbers, 1 in the first column, 2 in the second."""
    numbers = {p: str(n) for n, p in enumerate(question.parts, 1) if p not in fields}
    used = [p for p in numbers if data[p].ne("").any()]
    if len(used) < 2 or not all(set(data[p].unique()) <= {"", numbers[p]} for p in used):
        return {}
    return {p: data[p].mask(data[p].ne(""), question.parts[p]) for p in used}
