"""Codes of enterprises, partners and respondents, and what spreadsheets and programs make of those that are all digits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bwise.exports.table import RawTable
from bwise.matching.columns import Match
from bwise.problems import Problem
from bwise.questionnaire import Questionnaire
from bwise.text import tidy

IDENTIFIERS = ("wise", "partner")  # roles of questions whose texts are codes
SCIENTIFIC = re.compile(r"^[+-]?\d(?:[.,]\d+)?e\+?\d{1,3}$", re.IGNORECASE)
DIGITS = re.compile(r"^\d+$")
DECIMALS = re.compile(r"^(\d+)[.,]0+$")


def codes_as_sent(texts: Iterable[str]) -> dict[str, str]:
    """Text -> code, where a program wrote every code of the column as a decimal number (`1001.0`); else nothing."""
    filled = {text: DECIMALS.match(tidy(text)) for text in texts if tidy(text)}
    return {text: found[1] for text, found in filled.items()} if filled and all(filled.values()) else {}


def lost_codes(raw: RawTable, matches: Iterable[Match], questionnaire: Questionnaire) -> list[Problem]:
    """Columns of codes that a spreadsheet wrote in scientific notation: different codes became the same, and cannot be had back."""
    why = "different codes have become one, and answers of different enterprises or persons would be counted as one's"
    remedy = "ask the partner for the file as the survey tool wrote it, not opened and saved in a spreadsheet"
    problems = []
    for match in matches:
        question = questionnaire.questions.get(match.target)
        if question and question.kind == "text" and _lost(raw.cells[match.column.position], question.role in IDENTIFIERS):
            way_out = f"{remedy}; without these codes: `columns: {{{match.column.place}: ignore}}`"
            problems.append(Problem(f"the codes are lost: 3.52E+11 and the like ({question.name})", match.column.place, why, way_out))
    for column in raw.columns:
        if column.about == "respondent_id" and _lost(raw.cells[column.position], True):
            what = "the numbers of the responses are lost: 3.52E+11 and the like"
            problems.append(Problem(what, column.place, why, f"{remedy}; or delete this column"))
    return problems


def _lost(cells: Iterable[str], codes: bool) -> bool:
    """Whether cells of a column of codes are numbers in scientific notation; a column of texts is one if it holds only numbers."""
    texts = [text for text in {tidy(cell) for cell in cells} if text]
    spoilt = [text for text in texts if SCIENTIFIC.match(text)]
    return bool(spoilt) and (codes or all(SCIENTIFIC.match(text) or DIGITS.match(text) for text in texts))
