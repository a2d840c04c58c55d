"""Sheets of `params/`, as any Excel saves them: comma, semicolon or tab, UTF-8 or the code page of the country, or a workbook.

Excel's "CSV" is written in the list separator and the Windows code page of the computer. A code page is taken only where it is certain:
where the languages in the headings of the columns use one only, or where all of them give the same text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from bwise.apart import WORKBOOK, TooMuch, opened
from bwise.paths import OUTSIDE, WHY, leads_out
from bwise.problems import Problem, ProblemsFound, stop
from bwise.text import tidy

LANGUAGE = re.compile(r"\((?P<code>[a-z]{2})\)$")  # of a column, as XLSForm writes it: label::Polski (pl)
# Windows code pages by language (https://learn.microsoft.com/en-us/windows/win32/intl/code-page-identifiers).
PAGES = {
    "cp1250": ("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"),
    "cp1251": ("bg", "be", "mk", "ru", "sr", "uk"),
    "cp1252": ("ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "gl", "is", "it", "lb", "mt", "nl", "no", "pt", "sv"),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "cp1257": ("et", "lt", "lv"),
}
PAGE_OF = {language: page for page, languages in PAGES.items() for language in languages}
DELIMITERS = (",", ";", "\t")
SAYS_DELIMITER = re.compile(r"^\"?sep=(.)\"?\r?\n")  # Excel's own first line
LOST_LETTERS = re.compile(r"\w\?\w|\?\?")  # what Excel writes for letters its code page does not have
AS_UTF8 = "save it in Excel as “CSV UTF-8”"


def read_sheet(path: Path) -> pd.DataFrame:
    """A list in `params/`, from its CSV: all text, with the headings as columns.

    Raises:
        ProblemsFound: the sheet is empty, its rows do not fit its headings, or its letters cannot be told for certain.
    """
    if leads_out(path.parent.parent, path):
        name = f"{path.parent.name}/{path.name}"
        stop(_cannot_use(name), Problem(OUTSIDE, name, WHY, "put the sheet itself there instead of a link"))
    return parse_sheet(path.read_bytes(), path)


def parse_sheet(content: bytes, path: Path) -> pd.DataFrame:
    """The content of a CSV that stands at this path, as `read_sheet` gives it."""
    name = f"{path.parent.name}/{path.name}"
    texts = dict(_decodings(content))
    if not texts:
        stop(_cannot_use(name), Problem("its letters are in no encoding that Excel writes", name, remedy=AS_UTF8))
    tables = {page: _table(_records(text, name), name) for page, text in texts.items()}
    page = next(iter(tables)) if len(tables) == 1 else _certain_page(tables, name)
    if page in PAGES:
        _refuse_lost_letters(tables[page], name)
    return tables[page]


def rows_of(content: bytes, path: Path) -> tuple[list[list[str]], str]:
    """All rows of a CSV that stands at this path, its headings and empty rows among them, and the sign between its cells.

    Raises:
        ProblemsFound: as `read_sheet`.
    """
    table = parse_sheet(content, path)
    for text in dict(_decodings(content)).values():
        rows = _records(text, path.name)
        if _table(rows, path.name).equals(table):
            said = SAYS_DELIMITER.match(text)
            return rows, said[1] if said else _sign(text)
    raise AssertionError("what was read can be read again")


def workbook_sheets(content: bytes, path: Path) -> dict[str, pd.DataFrame]:
    """The sheets of a workbook that stands at this path (an XLSForm as its authors have it), by name, each as `read_sheet` gives one.

    Raises:
        ProblemsFound: the file is no workbook, or a sheet cannot be used.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        told = opened(WORKBOOK, content)
    except ValueError as error:
        what = (
            "it needs more time or memory than any questionnaire" if isinstance(error, TooMuch) else "it is no workbook that can be opened"
        )
        stop(_cannot_use(name), Problem(what, name, remedy="save it in Excel as “Excel Workbook (.xlsx)”, without a password"))
    far = [
        Problem(f"the sheet `{sheet}` reaches over {n:,} cells", name, remedy="delete what stands far from its table")
        for sheet, n in told["far"].items()
    ]
    stop(_cannot_use(name), *far)
    found = {tidy(sheet["name"]).casefold(): [list(map(_as_text, row)) for row in sheet["rows"]] for sheet in told["sheets"]}
    return {sheet: _table(cells, f"{name}, sheet {sheet}") for sheet, cells in found.items() if any(map(any, cells))}


def _as_text(cell: object) -> str:
    """A cell as text: Excel keeps the code 1 as the number 1.0, and yes as true."""
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _cannot_use(name: str) -> str:
    return f"The sheet {name} cannot be used."


def _decodings(content: bytes) -> Iterator[tuple[str, str]]:
    """Encodings these bytes may be in, each with the text: one that they declare or prove, else every code page that fits."""
    declared = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for encoding in (declared, *PAGES):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield encoding, text
        if encoding == declared:
            return


def _records(text: str, name: str) -> list[list[str]]:
    """The rows of a CSV: separated by the sign that Excel names in its first line, or that makes most columns of the headings."""
    said = SAYS_DELIMITER.match(text)
    text = text[said.end() :] if said else text
    try:
        sign = said[1] if said else _sign(text)
        return list(_reader(text, sign))
    except csv.Error:
        problem = Problem("a cell is never closed by a quote, or is too long", name, remedy="look for a single quote, then " + AS_UTF8)
    raise ProblemsFound(_cannot_use(name), [problem])


def _sign(text: str) -> str:
    """The sign that makes most columns of the headings."""
    return max(DELIMITERS, key=lambda sign: len(next(_reader(text, sign), [])))


def _reader(text: str, sign: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=sign)


def _table(rows: list[list[str]], name: str) -> pd.DataFrame:
    """Rows below their headings; rows and columns without anything in them are no part of it.

    Returns:
        Text; the index is the row in the file, from 2.
    """
    headings = [tidy(cell) for cell in rows[0]] if rows else []
    while headings and not headings[-1]:
        headings.pop()
    numbered = {number: row for number, row in enumerate(rows[1:], 2) if any(map(str.strip, row))}
    problems = [Problem("the sheet is empty", name, remedy=AS_UTF8)] if not headings else []
    problems += [
        Problem(f"the heading `{heading}` stands {headings.count(heading)} times", name, remedy="take all but one of the columns out")
        for heading in dict.fromkeys(headings)
        if heading and headings.count(heading) > 1
    ]
    for number, row in numbered.items():
        if any(map(str.strip, row[len(headings) :])):
            why, remedy = "the cells behind it stand under the wrong heading", "put the cell that holds the separator into quotes"
            problems.append(
                Problem(f"the row has more cells than there are headings ({len(headings)})", f"{name}, row {number}", why, remedy)
            )
    stop(_cannot_use(name), *problems)
    cells = [dict(zip_longest(headings, row[: len(headings)], fillvalue="")) for row in numbered.values()]
    return pd.DataFrame(cells, index=list(numbered), columns=[h for h in headings if h], dtype="str")


def _certain_page(tables: dict[str, pd.DataFrame], name: str) -> str:
    """The code page that the languages of the columns settle, or any where all give the same text.

    Raises:
        ProblemsFound: columns whose languages need different pages hold letters, or nothing tells the page.
    """
    pages = list(tables)
    first = tables[pages[0]]
    said = {PAGE_OF.get(found["code"]): column for column in first if (found := LANGUAGE.search(column)) and not _ascii(first[column])}
    said = {page: column for page, column in said.items() if page in tables}
    why, remedy = "letters such as č, é or ß would be read as others", AS_UTF8
    if len(said) > 1:
        what = f"no code page has the letters of all its languages ({', '.join(said.values())})"
        stop(_cannot_use(name), Problem(what, name, why, remedy))
    if said:
        return next(iter(said))
    if any(not tables[page].equals(first) or list(tables[page]) != list(first) for page in pages):
        stop(_cannot_use(name), Problem("the sheet is not UTF-8, and nothing tells which code page it is", name, why, remedy))
    return pages[0]


def _ascii(column: pd.Series) -> bool:
    return all(map(str.isascii, column))


def _refuse_lost_letters(table: pd.DataFrame, name: str) -> None:
    """Refuse a sheet in which Excel replaced letters that its code page does not have."""
    lost = {column: cells.index[cells.str.contains(LOST_LETTERS)] for column, cells in table.items() if LANGUAGE.search(column)}
    problems = [
        Problem(
            f"letters were lost: Excel wrote `?` for them in {len(rows)} cells",
            f"{name}, column {column}, row {rows[0]}",
            "the code page of one language does not have the letters of another",
            f"fetch the sheet as it was before, and {AS_UTF8}",
        )
        for column, rows in lost.items()
        if len(rows)
    ]
    if problems:
        raise ProblemsFound(_cannot_use(name), problems)
