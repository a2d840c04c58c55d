"""Files to grids of text: CSV in any encoding and delimiter, Excel and OpenDocument workbooks."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from bwise.exports.table import Grid
from bwise.problems import Problem, did_you_mean, stop

WORKBOOK = (b"PK", b"\xd0\xcf\x11\xe0")  # a workbook is known by its first bytes, not by its name
CONTROL = re.compile(r"[\x80-\x9f]")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
DELIMITERS = (";", ",", "\t")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Code pages of the 13 countries: Windows (Excel's "CSV"), ISO (older Linux and web tools), Mac (Excel for Mac).
CODE_PAGES = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1257",
    "iso8859_2",
    "iso8859_5",
    "iso8859_7",
    "iso8859_13",
    "iso8859_15",
    "mac_roman",
    "mac_latin2",
    "mac_cyrillic",
    "mac_greek",
    "mac_romanian",
    "mac_croatian",
)
HEAD = 200  # records that are enough to recognise a file

LOOKS_LIKE = (
    (b"%PDF", "a PDF document", "ask the partner to export the answers as CSV or XLSX"),
    (b"\x89PNG", "a picture", "ask the partner to export the answers as CSV or XLSX"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old or password-protected Office file",
        "ask the partner to remove the password or save as XLSX, and to send it again",
    ),
    (
        b"PK",
        "a zip file, truncated or without a workbook in it",
        "ask the partner to send the file again; if it is an archive, what is inside",
    ),
)


def check_file(path: Path, shown: str) -> None:
    """Refuse, in plain words, what cannot be an export.

    Raises:
        ProblemsFound: the file is missing, empty, or of another kind.
    """
    heading = "The export cannot be read. Nothing was changed."
    if not path.is_file():
        there = sorted(p.name for p in path.parent.glob("*")) if path.parent.is_dir() else []
        stop(
            heading,
            Problem(
                "the file does not exist",
                shown,
                remedy=("in that folder are: " + ", ".join(there[:10]) if there else "put the partner's export there")
                + "; then correct `file:` in params",
            ),
        )
    if not path.stat().st_size:
        stop(
            heading,
            Problem("the file is empty (0 bytes)", shown, remedy="ask the partner to export again; the download may have broken off"),
        )
    start = path.read_bytes()[:512]
    stripped = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if stripped.startswith((b"<!doctype", b"<html", b"<table")):
        stop(
            heading,
            Problem(
                "the file is a web page, whatever its name says", shown, remedy="ask the partner for the export itself, as CSV or XLSX"
            ),
        )
    for magic, kind, remedy in LOOKS_LIKE:
        if start.startswith(magic) and not start.startswith(WORKBOOK):
            stop(heading, Problem(f"the file looks like {kind}, whatever its name says", shown, remedy=remedy))


def grids(
    path: Path, shown: str, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, head: bool = False
) -> Iterator[Grid]:
    """Every plausible reading of the file as a grid of text.

    A CSV gives one grid per encoding that decodes it without an error and per delimiter that makes columns;
    readings whose text is the same are given once. With `head` only the first records are read.

    Raises:
        ProblemsFound: the file cannot be an export, or is not in the encoding that params declare.
    """
    check_file(path, shown)
    data = path.read_bytes()
    if data.startswith(WORKBOOK):
        yield from _workbook(data, shown, sheet)
    else:
        yield from _text(data, shown, encoding, delimiter, head)


def _workbook(data: bytes, shown: str, sheet: str | None) -> Iterator[Grid]:
    heading = "The export cannot be read. Nothing was changed."
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError):
        kind, remedy = next((k, r) for magic, k, r in LOOKS_LIKE if data.startswith(magic))
        stop(heading, Problem(f"the file looks like {kind}", shown, remedy=remedy))
    filled = [name for name, rows in sheets.items() if rows]
    if sheet and sheet not in filled:
        stop(heading, Problem(f"there is no sheet `{sheet}` with anything in it", shown, remedy=did_you_mean(sheet, filled)))
    for name in [sheet] if sheet else filled:
        cells = _frame([[_as_text(v) for v in row] for row in sheets[name]])
        yield Grid(cells, "workbook", sheet=name, other_sheets=tuple(other for other in filled if other != name))


def _as_text(value: object) -> str:
    """A cell as a person would read it: whole numbers without `.0`, dates as ISO 8601."""
    if isinstance(value, float) and abs(value) < 1e15:
        text = str(int(value)) if value.is_integer() else repr(value)
        # 2.125 typed as a number is no 2125 typed with a thousands sign: one more 0 says so
        return text + "0" if len(text.partition(".")[2]) == 3 else text
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value)


def _text(data: bytes, shown: str, encoding: str | None, delimiter: str | None, head: bool) -> Iterator[Grid]:
    seen: set[tuple[str, int]] = set()
    for name in [encoding] if encoding else encodings(data):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            stop(
                "The export cannot be read. Nothing was changed.",
                Problem(f"the file is not in the encoding {name}", shown, remedy="take the line `encoding:` out of params, or correct it"),
            )
        letters = "".join(BEYOND_ASCII.findall(text)) if head else ""
        for sign in [delimiter] if delimiter else DELIMITERS:
            if (sign, hash(text)) in seen:
                continue
            seen.add((sign, hash(text)))
            rows = _records(text, sign, HEAD)
            if rows and (delimiter or max(map(len, rows)) > 1):
                whole = len(rows) < HEAD
                cells = _frame(rows) if head or whole else _whole_frame(text, sign, max(map(len, rows)))
                yield Grid(cells, "text", encoding=name, delimiter=sign, complete=whole or not head, letters=letters)


def encodings(data: bytes) -> list[str]:
    """Encodings that can be true of these bytes, most telling first.

    A byte order mark, or bytes beyond ASCII that are valid UTF-8, settle it; else every code page that decodes the bytes.
    """
    for bom, name in BOMS:
        if data.startswith(bom) and _decodes(data, name):
            return [name]
    return ["utf-8"] if _decodes(data, "utf-8") else [name for name in CODE_PAGES if _decodes(data, name)]


def _decodes(data: bytes, name: str) -> bool:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return False
    return not CONTROL.search(text)  # C1 control characters: the wrong code page


def _records(text: str, delimiter: str, limit: int | None) -> list[list[str]]:
    """Records of a CSV; line breaks inside quoted cells belong to the cell."""
    csv.field_size_limit(10_000_000)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if limit and len(rows) >= limit:
                break
    except csv.Error:
        return []
    return rows


def _whole_frame(text: str, delimiter: str, width: int) -> pd.DataFrame:
    """All records of a large file: pandas' parser where every record is as wide as the first ones, else record by record."""
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width + 1),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
        ).fillna("")
    except pd.errors.ParserError:
        return _frame(_records(text, delimiter, None))
    if cells[width].ne("").any():  # wider records further down: pandas would push or cut them
        return _frame(_records(text, delimiter, None))
    return cells.drop(columns=width).set_axis(range(1, len(cells) + 1))


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    return pd.DataFrame(padded, index=range(1, len(padded) + 1), columns=range(width), dtype="str")
