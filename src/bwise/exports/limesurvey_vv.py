"""LimeSurvey's VV file: human texts in row 1, codes as in expressions in row 2, answers as codes from row 3.

Source: `vvexport` in LimeSurvey's `application/controllers/admin/export.php`. Tabs, line breaks and opening braces of an answer
are words in braces, a quote at its beginning too; a question that was never asked (NULL) is `{question_not_shown}`.
"""

from __future__ import annotations

import re

import pandas as pd

from bwise.exports.table import Grid
from bwise.text import tidy

CODES = 2  # the row with the codes
ESCAPED = {"{newline}": "\n", "{cr}": "\r", "{tab}": "\t", "{quote}": '"', "{lbrace}": "{"}
ESCAPE = re.compile("|".join(map(re.escape, ESCAPED)))
# Until version 2.05, and still to be chosen: survey, group and question number with the sub-question's code at the end.
NUMBERS = re.compile(r"^\d+X\d+X\d+")
A_CODE = re.compile(r"^([A-Za-z][A-Za-z0-9_]*|\d+X\d+X\d+\w*)$")


def is_vv(grid: Grid) -> bool:
    """Whether the second row has the codes of LimeSurvey's own columns, and nothing but codes."""
    if CODES not in grid.cells.index or not any("submitdate" in text for text in grid.cells.loc[CODES]):
        return False
    codes = [text for text in _codes(grid) if text]
    return codes[:1] == ["id"] and {"submitdate", "startlanguage"} <= {*codes} and all(map(A_CODE.match, codes))


def _codes(grid: Grid) -> pd.Series:
    """The row of codes, without the number that a program which saved the file again may have put before it."""
    codes = grid.cells.loc[CODES].map(tidy)
    unheaded = grid.cells.loc[1].map(tidy).eq("")
    return codes.mask(unheaded & codes.str.fullmatch(r"\d+"), "")


def headings(grid: Grid) -> list[tuple[int, str, str]]:
    """Position, code and text of each column.

    In the old form the text is the question's alone, whatever the column: it stays with the column that is the whole
    question, and is left away from those of its sub-questions.
    """
    texts, codes = grid.cells.loc[1].map(tidy), _codes(grid)
    found = [(position, code, texts[position]) for position, code in codes.items() if code]
    same = {text: [c for _, c, t in found if t == text] for _, _, text in found}
    return [
        (position, code, text if not NUMBERS.match(code) or _is_whole_question(code, same[text]) else "") for position, code, text in found
    ]


def _is_whole_question(code: str, sharing: list[str]) -> bool:
    """Whether the columns that share the text of this one, if any, are parts of it: `1X2X3` and `1X2X3other`."""
    return bool(NUMBERS.fullmatch(code)) and all(other.startswith(code) for other in sharing)


def decoded(cells: pd.DataFrame) -> pd.DataFrame:
    """The answers as they were typed; the sign for "not shown" stays."""
    return cells.apply(_decoded_column)


def _decoded_column(cells: pd.Series) -> pd.Series:
    written = {text: ESCAPE.sub(lambda found: ESCAPED[found.group()], text) for text in cells.unique() if "{" in text}
    return cells.replace(written) if written else cells
