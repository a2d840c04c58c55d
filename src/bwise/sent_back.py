"""Workbooks that go out with a hidden key in each row and come back filled in: feedback of partners, decisions of analysts.

A key holds what tells a row, and a digest that tells whether somebody changed it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from bwise.exports.containers import WORKBOOKS, sheets
from bwise.problems import Problem, ProblemsFound, stop
from bwise.text import tidy

LISTS = "lists"  # the hidden sheet of drop-downs
PARTS = 7  # of a key


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def key_of(parts: list[Any]) -> str:
    """The key of a row."""
    return json.dumps([*parts, digest(json.dumps(parts))], ensure_ascii=False)


def key_parts(text: str) -> list[Any] | None:
    """What `key_of` was given; None where the key was changed or is none."""
    try:
        *parts, check = json.loads(text)
        return parts if len(parts) == PARTS and check == digest(json.dumps(parts)) else None
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Row:
    """One row of a workbook that came back: its place (`number` from 0), and its key. `columns`: name -> position from 0."""

    sheet: str
    number: int
    columns: dict[str, int]
    key: str

    def place(self, name: str) -> str:
        """A cell of the row as Excel calls it, such as I3."""
        return xl_rowcol_to_cell(self.number, self.columns[name])


def filled(cell: object) -> bool:
    return not isinstance(cell, str) or bool(tidy(cell))


def sheets_of(path: Path, heading: str) -> dict[str, list[list]]:
    """The cells of a workbook that came back, by sheet.

    Raises:
        ProblemsFound: under this heading, the file is not there, or no workbook.
    """
    again = "save it as .xlsx and try again"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        remedy = "give the workbook by its path from the folder you are in"
        raise ProblemsFound(heading, [Problem("there is no such file", path.name, remedy=remedy)]) from None
    except OSError:
        raise ProblemsFound(heading, [Problem("the file cannot be opened", path.name, remedy="close it elsewhere and try again")]) from None
    if not data.startswith(WORKBOOKS):
        raise ProblemsFound(heading, [Problem("the file is not a workbook", path.name, remedy=again)])
    return {sheet["name"]: sheet["rows"] for sheet in sheets(data, path.name) if sheet["name"] != LISTS}


def rows_below(
    sheet: str, cells: list[list], head: int, titles: dict[str, str], heading: str
) -> Iterator[tuple[int, dict[str, int], dict[str, Any]]]:
    """Number, columns and cells by name of each row below the headings that holds anything.

    Args:
        head: the row of the headings. titles: name -> heading, of the columns that are needed.

    Raises:
        ProblemsFound: under this heading, a column that is needed is missing.
    """
    lost = [title for title in titles.values() if title not in cells[head]]
    stop(heading, *(Problem(f"the column “{title}” is missing", f"sheet “{sheet}”", remedy="put its heading back") for title in lost))
    columns = {name: cells[head].index(title) for name, title in titles.items()}
    for number, line in enumerate(cells[head + 1 :], head + 1):
        if any(filled(cell) for cell in line):
            yield number, columns, {name: line[column] for name, column in columns.items()}
