"""Workbooks that came back from a partner, damaged or changed by whoever filled them in. `judged` says what became of one.

The partner answered seven of twelve questions; `ANSWERED` is what has to be corrected then. A change says which of the answers are left
(and all others must be what they were), or that the workbook has to be refused.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from bwise.problems import ProblemsFound
from bwise.settings import Project
from tests.test_cleaning import small_project
from tests.test_feedback import DAY as ON
from tests.test_feedback import SENT, TEST, Workbook, parts, proposed, read_returned, written

FIRST, ANSWER, WRITE, REMARK, KEY = 2, 6, 7, 8, 9  # the first row of questions, and columns, both from 1
ANSWERED = {
    2: [("set", "row 2", "group", "unreadable", "enabler")],
    3: [("set", "row 7", "barriers", "unreadable", "cost;time")],
    4: [("set", "row 3", "staff", "unreadable", "7"), ("set", "row 9", "staff", "unreadable", "7")],
    5: [("set", "row 4", "staff", "0", "12")],
    6: [("set", "row 5", "income_a", "60", "70")],
    8: [("set", "row 6", "barriers", "cost;none", "none")],
    13: [("keep", "row 10", "", "test", "")],
}
"""Row of the workbook -> the corrections that follow from its answer."""
LAST = 13
STRANGE = ["=1+1", '=HYPERLINK("http://x")', "2022-02-30", "\u202e12", "1e999", "nan", "-1", "x" * 40_000, "<script>", "'; DROP", "√", True]
Expected = dict[int, list[tuple]] | None  # None: refused
Change = Callable[[Worksheet, random.Random], Expected]
CHANGES: list[Change] = []


def change(made: Change) -> Change:
    CHANGES.append(made)
    return made


def without(*rows: int) -> Expected:
    return {row: lines for row, lines in ANSWERED.items() if row not in rows}


@change
def rows_sorted_otherwise(sheet: Worksheet, chance: random.Random) -> Expected:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(FIRST, LAST)]
    chance.shuffle(rows)
    for number, row in enumerate(rows, FIRST):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value
    return ANSWERED


@change
def row_deleted(sheet: Worksheet, chance: random.Random) -> Expected:
    row = chance.randint(FIRST, LAST)
    sheet.delete_rows(row)
    return without(row)


@change
def row_twice(sheet: Worksheet, chance: random.Random) -> Expected:
    sheet.append([cell.value for cell in sheet[chance.randint(FIRST, LAST)]])
    return ANSWERED


@change
def empty_rows_and_a_column_of_notes(sheet: Worksheet, chance: random.Random) -> Expected:
    sheet.insert_rows(chance.randint(FIRST, LAST))
    sheet.insert_cols(chance.randint(1, KEY))
    return ANSWERED


@change
def answer_taken_back(sheet: Worksheet, chance: random.Random) -> Expected:
    row = chance.choice(list(ANSWERED))
    for column in (ANSWER, WRITE):
        sheet.cell(row, column).value = chance.choice([None, "", " ", "\u00a0"])
    return without(row)


@change
def answer_that_is_none(sheet: Worksheet, chance: random.Random) -> Expected:
    sheet.cell(chance.choice(list(ANSWERED)), chance.choice([ANSWER, WRITE])).value = chance.choice(STRANGE)
    return None


@change
def letters_of_a_key_changed(sheet: Worksheet, chance: random.Random) -> Expected:
    key = sheet.cell(chance.randint(FIRST, LAST), KEY)
    at = chance.randrange(len(key.value))
    key.value = key.value[:at] + chance.choice("xyz~") + key.value[at + 1 :]
    return None


@change
def key_lost(sheet: Worksheet, chance: random.Random) -> Expected:
    sheet.cell(chance.randint(FIRST, LAST), KEY).value = None
    return None


@change
def keys_of_two_rows_exchanged(sheet: Worksheet, chance: random.Random) -> Expected:
    """Of rows whose answers are not possible for each other."""
    one, other = (sheet.cell(row, KEY) for row in chance.choice([(2, 5), (3, 6), (4, 8), (5, 13), (2, 8)]))
    one.value, other.value = other.value, one.value
    return None


@change
def heading_lost(sheet: Worksheet, chance: random.Random) -> Expected:
    sheet.cell(FIRST - 1, chance.choice([ANSWER, WRITE, REMARK, KEY])).value = chance.choice(["", "Antwort", None])
    return None


@change
def sheet_renamed(sheet: Worksheet, chance: random.Random) -> Expected:
    sheet.title = chance.choice(["Sheet1", "'", "Questions to you (2)", "É" * 30])
    return ANSWERED


@change
def remarks_everywhere(sheet: Worksheet, chance: random.Random) -> Expected:
    for row in range(FIRST, LAST + 1):
        sheet.cell(row, REMARK).value = chance.choice(STRANGE)
    return ANSWERED


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut off, bytes changed, or a part of the container gone or hostile."""
    kind = chance.randrange(4)
    if kind == 0:
        return content[: chance.randrange(len(content))]
    if kind == 1:
        changed = bytearray(content)
        for _ in range(chance.choice((1, 3, 30))):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        victim = chance.choice([name for name in book.namelist() if "sheet" in name or "workbook" in name or "Strings" in name])
        for name in book.namelist():
            part = book.read(name)
            if name == victim and kind == 2:
                continue
            if name == victim:
                at = chance.randrange(len(part))
                part = chance.choice([part[:at], part[:at] + b"<a>" * 1000 + part[at:], b"", part.replace(b"<v>", b"<v>&x;")])
            target.writestr(name, part)
    return out.getvalue()


class Desk:
    """A partner's workbook, filled in, and the project that it goes back to."""

    def __init__(self, folder: Path):
        self.project: Project = small_project(folder, *SENT, TEST | {"wise_code": "W10"})
        workbook = Workbook(*written(self.project))
        for who, question, *answer in (
            ("row 2", "group", "Enabler"),
            ("row 7", "barriers", None, "Cost, Time"),
            ("row 3", "staff", None, 7),
            ("row 4", "staff", None, 12),
            ("row 5", "income_a", None, 70),
            ("row 6", "barriers", "only: No barrier"),
            ("row 10", "", "no, these answers count"),
        ):
            workbook.answer(who, question, *answer)
        self.sheet_name = workbook.sheet.title
        self.path = workbook.path.with_name("returned.xlsx")
        workbook.book.save(self.path)
        self.content = self.path.read_bytes()

    def judged(self, number: int, chance: random.Random) -> tuple[str, str]:
        """The outcome, as in `tests.judge.damage`, of one change; and which change it was."""
        if number % 3 == 0:
            name, expected = "damaged", ANSWERED
            self.path.write_bytes(damaged(self.content, chance))
        else:
            made = chance.choice(CHANGES)
            book = openpyxl.load_workbook(io.BytesIO(self.content))
            name, expected = made.__name__, made(book[self.sheet_name], chance)
            book.save(self.path)
        try:
            returned = read_returned(self.project, parts(self.project), self.path, ON)
        except ProblemsFound as found:
            said = [str(problem).strip() for problem in found.problems]
            return ("refused" if said and all(said) else "wrong"), name
        except Exception as error:
            return "crashed", f"{name}, {type(error).__name__}: {error}"
        found, wanted = (sorted(lines) for lines in (proposed(returned), chain.from_iterable((expected or {}).values())))
        if expected is None or set(found) - set(wanted):
            return "wrong", f"{name}: {found}"
        if found != wanted:
            return "lost", f"{name}: {sorted(set(wanted) - set(found))}"
        return ("right" if expected == ANSWERED else "told"), name
