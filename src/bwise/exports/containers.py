"""Files to grids of text: CSV in any encoding and delimiter, Excel and OpenDocument workbooks, SPSS, XML, and archives of these."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

import pandas as pd

from bwise.apart import SAV, WORKBOOK, TooMuch, opened
from bwise.exports.table import Grid
from bwise.problems import Problem, did_you_mean, stop
from bwise.text import tidy

BINARY = b"\xd0\xcf\x11\xe0"  # the first bytes of an Office file before 2007
WORKBOOKS = (b"PK", BINARY)  # a workbook is known by its first bytes, not by its name
SPSS = (b"$FL2", b"$FL3")
XML = re.compile(r"^\ufeff?\s*(<\?xml\b|<Results\b)")
DECLARED_IN_XML = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
IN_ARCHIVE = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".sav", ".xml")
LARGEST = 500_000_000  # bytes of all exports inside an archive; more is no questionnaire
MOST_MEMBERS = 100  # exports in one archive
SMALL_ARCHIVE, RATIO = 50_000_000, 200  # bytes unpacked beyond which an archive may not unpack to more than so many times its size
PLAIN_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what every program writes; others may ask for any memory
MOST_COLUMNS = 16_384  # of a sheet of Excel (Microsoft: Excel specifications and limits); no questionnaire has as many
CONTROL = re.compile(r"[\x80-\x9f]")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
DELIMITERS = (";", ",", "\t")
SAYS_DELIMITER = re.compile(r'^\ufeff?"?sep=(?P<sign>[^\r\n"])"?[^\S\r\n]*(?:\r\n|\n|\r)', re.IGNORECASE)  # Excel's own first line
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, which begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
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
# UTF-8 that somebody read as a code page and saved as UTF-8 again; the second word is that code page.
TWICE = tuple(f"utf-8 twice ({page})" for page in ("cp1252", "cp1250", "cp1251", "cp1253", "cp1257", "mac_roman"))
ASCII = bytes(range(128))
ASCII_AS_SPACE = b" " * 128 + bytes(range(128, 256))
CANNOT_READ = "The export cannot be read. Nothing was changed."
TOO_MUCH = "to open the file takes more time or memory than any export of its size"
FAR = (
    "a cell far below or to the right of the answers makes it so, or more answers than a workbook is good for; the whole would not fit "
    "into memory"
)
BY_HAND = (
    "press Ctrl+End in Excel, delete the rows and columns between the answers and that cell, and save a copy under another name; or ask "
    "the partner to. Where all of it is answers, ask for the export as CSV"
)
UNENDED = "the last line has no line break at its end: where the tool writes one, the file is cut off in its last cell"
HEAD = 200  # records that are enough to recognise a file
START = 2_000_000  # characters in which they usually are

LOOKS_LIKE = (
    (b"%PDF", "a PDF document", "ask the partner to export the answers as CSV or XLSX"),
    (b"\x89PNG", "a picture", "ask the partner to export the answers as CSV or XLSX"),
    (b"\xff\xd8\xff", "a picture", "ask the partner to export the answers as CSV or XLSX"),
    (b"\x1f\x8b", "a compressed file (gzip)", "unpack it, and name what is inside under `file:` in params"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)", "unpack it, and name the export inside under `file:` in params"),
    (b"Rar!", "an archive (RAR)", "unpack it, and name the export inside under `file:` in params"),
    (
        BINARY,
        "an old or password-protected Office file, or a damaged one",
        "ask the partner to remove the password or save as XLSX, and to send it again",
    ),
    (
        b"PK",
        "a zip file, truncated or without a workbook in it",
        "ask the partner to send the file again; if it is an archive, what is inside",
    ),
)


def _page(name: str) -> str:
    """The code page of UTF-8 encoded twice."""
    return name[name.index("(") + 1 : -1]


def content_of(path: Path, shown: str) -> bytes:
    """The bytes of an export, read once for all that is made of them; in plain words why a file cannot be one.

    Raises:
        ProblemsFound: the file is missing, empty, of another kind, or cannot be opened.
    """
    if path.exists() and not path.is_file():
        remedy = "name the export itself under `file:` in params"
        stop(CANNOT_READ, Problem("it is a folder or a device, and no file", shown, remedy=remedy))
    if not path.is_file():
        there = sorted(p.name for p in path.parent.glob("*")) if path.parent.is_dir() else []
        stop(
            CANNOT_READ,
            Problem(
                "the file does not exist",
                shown,
                remedy=("in that folder are: " + ", ".join(there[:10]) if there else "put the partner's export there")
                + "; or correct its name, `file:` in params or --file of the command",
            ),
        )
    try:
        data = path.read_bytes()
    except OSError:
        why, remedy = (
            "it is protected, in use, or not on this computer",
            "close it in other programs; in OneDrive, “Always keep on this device”",
        )
        stop(CANNOT_READ, Problem("the file cannot be opened", shown, why, remedy))
    if not data:
        stop(
            CANNOT_READ,
            Problem("the file is empty (0 bytes)", shown, remedy="ask the partner to export again; the download may have broken off"),
        )
    start = data[:512]
    stripped = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if stripped.startswith((b"<!doctype", b"<html", b"<table")):
        stop(
            CANNOT_READ,
            Problem(
                "the file is a web page, whatever its name says", shown, remedy="ask the partner for the export itself, as CSV or XLSX"
            ),
        )
    for magic, kind, remedy in LOOKS_LIKE:
        if start.startswith(magic) and not start.startswith(WORKBOOKS):
            stop(CANNOT_READ, Problem(f"the file looks like {kind}, whatever its name says", shown, remedy=remedy))
    return data


def grids(
    file: Path | bytes, shown: str, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, head: bool = False
) -> Iterator[Grid]:
    """Every plausible reading of a file, or of its bytes, as a grid of text.

    A CSV gives one grid per encoding that decodes it without an error and per delimiter that makes columns;
    readings whose text is the same are given once. An archive gives the grids of each file in it. With `head` only the
    first records of a CSV are read.

    Raises:
        ProblemsFound: the file cannot be an export, or is not in the encoding that params declare.
    """
    data = file if isinstance(file, bytes) else content_of(file, shown)
    members = _members(data, shown)
    if sheet and members and sheet not in members:
        stop(CANNOT_READ, Problem(f"there is no file `{sheet}` in the archive", shown, remedy=did_you_mean(sheet, list(members))))
    for name, content in members.items():
        if sheet in (None, name):
            for grid in _grids(content, f"{shown}, {name}", encoding, delimiter, None, head):
                yield replace(grid, sheet=name, others={other: pd.DataFrame() for other in members if other != name} | grid.others)
    if not members:
        yield from _grids(data, shown, encoding, delimiter, sheet, head)


def _grids(data: bytes, shown: str, encoding: str | None, delimiter: str | None, sheet: str | None, head: bool) -> Iterator[Grid]:
    if data.startswith(WORKBOOKS):
        yield from _workbook(data, shown, sheet)
    elif data.startswith(SPSS):
        yield _sav(data, shown)
    elif (xml := _xml(data, encoding, shown)) is not None:
        yield xml
    else:
        yield from _text(data, shown, encoding, delimiter, head)


def _members(data: bytes, shown: str) -> dict[str, bytes]:
    """The exports inside an archive, by name; none when the file is no archive but a workbook, or broken.

    Raises:
        ProblemsFound: the archive would fill the memory.
    """
    if not data.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = {i.filename: i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX")}
            if {"[Content_Types].xml", "content.xml"} & set(listed):
                return {}
            found = {name: i for name, i in listed.items() if name.lower().endswith(IN_ARCHIVE) and i.file_size}
            _check_archive(found, len(data), shown)
            return {name: archive.read(name) for name in found}  # never more than the size that was checked
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError):  # truncated, or locked with a password
        return {}


def _check_archive(found: dict[str, zipfile.ZipInfo], packed: int, shown: str) -> None:
    unpacked = sum(i.file_size for i in found.values())
    what = ""
    if len(found) > MOST_MEMBERS:
        what = f"the archive holds {len(found):,} exports; {MOST_MEMBERS} are read"
    elif unpacked > LARGEST or unpacked > max(SMALL_ARCHIVE, RATIO * packed):
        what = f"the archive of {packed:,} bytes would unpack to {unpacked:,}"
    elif any(i.compress_type not in PLAIN_PACKING for i in found.values()):
        what = "the archive is packed in a way that survey tools do not use"
    if what:
        remedy = "unpack it by hand, look at what is in it, and put the export itself into raw/"
        stop(CANNOT_READ, Problem(what, shown, why="the memory would not do, or take very long", remedy=remedy))


def _xml(data: bytes, encoding: str | None, shown: str) -> Grid | None:
    """XML as one cell of text; None where the file is none. Its first bytes, then its first line tell the encoding."""
    declared = DECLARED_IN_XML.match(data.removeprefix(codecs.BOM_UTF8)[:200])
    name = next((name for bom, name in BOMS if data.startswith(bom)), "") or _without_bom(data)
    if not name and not XML.match(data[:200].decode("latin-1")):
        return None
    name = encoding or name or (declared[1].decode().lower() if declared else "utf-8")
    try:
        text = data.decode(name)
    except LookupError:
        stop(
            CANNOT_READ, Problem(f"the XML declares the encoding `{name}`, which is none", shown, remedy="ask the partner to export again")
        )
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    return Grid(_frame([[text.removeprefix("\ufeff")]]), "xml", encoding=name) if XML.match(text) else None


def _sav(data: bytes, shown: str) -> Grid:
    """An SPSS file as text: row -1 the names of the variables, row 0 their labels, then one row per case.

    A value with a label is written as its label, user-missing values too (`user_missing`): they are answers of a kind. A value
    that the file declares missing without giving it a label says nothing, and is left empty: -99 is no number of anything.
    """
    again = "ask the partner to save it again, or for the answers as CSV or XLSX"
    try:
        told = opened(SAV, data)
    except ValueError:  # also where the library went down, as it does of some damaged files
        what = "the SPSS file is damaged, or its letters are not in the encoding it declares"
        stop(CANNOT_READ, Problem(what, shown, remedy=again))
    cases = max(map(len, told["cells"].values()), default=0)
    if told["declared"] > cases:
        what = f"the SPSS file is cut off: it declares {told['declared']:,} cases and holds {cases:,}"
        stop(CANNOT_READ, Problem(what, shown, why="the answers of the others would be missing", remedy=again))
    columns, empty = {}, 0
    for position, (name, values) in enumerate(told["cells"].items()):
        labels, missing = dict(told["value_labels"].get(name, [])), told["missing"].get(name, [])
        unexplained = {v for v in set(values) - set(labels) if any(_within(v, r["lo"], r["hi"]) for r in missing)}
        texts = {v: str(labels[v]) if v in labels else "" if v in unexplained else _as_text(v) for v in set(values)}
        columns[position] = [name, told["labels"][name] or "", *(texts[v] for v in values)]
        empty += sum(v in unexplained for v in values)
    whole = pd.DataFrame(columns, dtype="str")
    notes = (f"{empty} cells with a value that the file declares missing, without a label for it, are read as no answer",) if empty else ()
    return Grid(whole.set_axis(range(-1, len(whole) - 1)), "sav", encoding=told["encoding"], notes=notes)


def _within(value: object, low: float | str, high: float | str) -> bool:
    return isinstance(value, type(low)) and low <= value <= high


def sheets(data: bytes, shown: str) -> list[dict]:
    """The sheets of a workbook: `name`, `shown`, `rows` of values, `merged`, and what is said of cells (`bwise.apart`).

    Raises:
        ProblemsFound: the file is damaged, protected, or needs more than it may.
    """
    try:
        told = opened(WORKBOOK, data)
    except ValueError as error:
        kind, remedy = next((k, r) for magic, k, r in LOOKS_LIKE if data.startswith(magic))
        if isinstance(error, TooMuch) and not data.startswith(BINARY):
            stop(CANNOT_READ, Problem(TOO_MUCH, shown, why=FAR, remedy=BY_HAND))
        stop(CANNOT_READ, Problem(f"the file looks like {kind}", shown, remedy=remedy))
    far = [Problem(f"the sheet `{name}` reaches over {n:,} cells", shown, why=FAR, remedy=BY_HAND) for name, n in told["far"].items()]
    stop(CANNOT_READ, *far)
    return told["sheets"]


def _workbook(data: bytes, shown: str, sheet: str | None) -> Iterator[Grid]:
    found = {told["name"]: told for told in sheets(data, shown) if told["rows"]}
    filled = {name: _frame(_texts(told)) for name, told in found.items()}
    named = next((name for name in filled if tidy(name) == tidy(sheet or "")), None)
    if sheet and not named:
        stop(CANNOT_READ, Problem(f"there is no sheet `{sheet}` with anything in it", shown, remedy=did_you_mean(sheet, list(filled))))
    hidden = [name for name, told in found.items() if not told["shown"]]
    for name in [named] if named else [name for name in filled if name not in hidden]:
        yield Grid(
            filled[name],
            "workbook",
            sheet=name,
            others={other: cells for other, cells in filled.items() if other != name},
            merged=tuple(((top + 1, left), (bottom + 1, right)) for (top, left), (bottom, right) in found[name]["merged"]),
            notes=_hidden(found[name], filled[name], [other for other in hidden if other != name]),
        )


def _texts(sheet: dict) -> list[list[str]]:
    """The cells as a person reads them in the workbook."""
    rows = sheet["rows"]
    texts = [[_as_text(value) for value in row] for row in rows]
    for row, column in sheet["percent"]:
        if isinstance(value := rows[row - 1][column], int | float):
            texts[row - 1][column] = _as_text(float(f"{100 * value:.12g}")) + "%"
    return texts


def _hidden(sheet: dict, cells: pd.DataFrame, sheets: list[str]) -> tuple[str, ...]:
    """What an analyst who opens the workbook would not see of it."""
    filled = cells.ne("").to_numpy()
    rows, columns = filled.any(axis=1), filled.any(axis=0)
    told = {
        "hidden rows of the sheet, which are read like the others": [row for row in sheet["hidden_rows"] if rows[row - 1]],
        "hidden columns of the sheet, which are read like the others": [c + 1 for c in sheet["hidden_columns"] if columns[c]],
        "hidden sheets, which are not read unless `sheet:` in params names one": sheets,
    }
    return tuple(f"{what}: {', '.join(map(str, which[:10]))}{', …' * (len(which) > 10)}" for what, which in told.items() if which)


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
    wide: list[Problem] = []
    read = False
    for name, whole_text in [(encoding, _declared(data, encoding, shown))] if encoding else decodings(data):
        said = SAYS_DELIMITER.match(whole_text)
        text = whole_text[said.end() :] if said else whole_text
        letters = _beyond_ascii(data, name, whole_text) if head else ""
        chosen = delimiter or (said["sign"] if said else None)
        for sign in [chosen] if chosen else DELIMITERS:
            if (sign, hash(text)) in seen:
                continue
            seen.add((sign, hash(text)))
            rows = _first_records(text, sign)
            if not rows or (not delimiter and max(map(len, rows)) <= 1):
                continue
            few = len(rows) < HEAD
            marked = _marked(text, sign)
            try:
                if marked is not text:
                    rows = _first_records(marked, sign)
                _check_width(rows)
                cells, widths = _padded(rows) if head or few else _all_records(marked, sign, max(map(len, rows)))
            except _TooWide as found:  # says little of one reading: an answer may have thousands of commas
                wide.append(Problem(f"{found}; no questionnaire has as many columns", shown, remedy="ask the partner to export again"))
                continue
            unquoted = cells == UNQUOTED if marked is not text else None
            read = True
            yield Grid(
                cells if unquoted is None else cells.mask(unquoted, ""),
                "text",
                encoding=name,
                delimiter=sign,
                complete=few or not head,
                letters=letters,
                unquoted=unquoted,
                widths=widths,
                cut_off=(few or not head) and _ends_inside_quotes(text, sign, cells),
                notes=(UNENDED,) if "\n" in text and not text.endswith(("\n", "\r", '"')) else (),
            )
    if not read:
        stop(CANNOT_READ, *wide[:1])


class _TooWide(ValueError):
    """A record has more cells than any table has columns."""


UNQUOTED = "\ue000"  # a character for private use: stands for a cell that is empty without quotes, while the file is parsed


def _marked(text: str, delimiter: str) -> str:
    """The text with a mark in each cell that is empty without quotes, if the file quotes all others; else the text itself."""
    sign = re.escape(delimiter)
    if not text.lstrip("\ufeff").startswith('"') or not re.search(f"{sign}(?=[{sign}\r\n])|\n(?={sign})", text):
        return text
    parts = text.split('"')
    between = {part: re.sub(f"(?<={sign})(?=[{sign}\r\n])|(?<=\n)(?={sign})", UNQUOTED, part) for part in set(parts[::2])}
    if any(part.strip(f"{delimiter}\r\n\ufeff{UNQUOTED}") for part in between.values()):
        return text  # some cells with an answer are not quoted either
    parts[::2] = [between[part] for part in parts[::2]]
    return '"'.join(parts)


def decodings(data: bytes) -> Iterator[tuple[str, str]]:
    """Encodings that can be true of these bytes, most telling first, each with the text.

    A byte order mark, or bytes beyond ASCII that are valid UTF-8, settle it, but for UTF-8 that was encoded twice; else every
    code page that decodes the bytes.
    """
    marked = [name for bom, name in BOMS if data.startswith(bom)]
    for name in (*marked[:1], *filter(None, [_without_bom(data)]), "utf-8"):
        if (text := _decoded(data, name)) is not None:
            yield name, text
            if name.startswith("utf-8"):
                yield from _twice(data, text)
            return
    yield from ((name, text) for name in CODE_PAGES if (text := _decoded(data, name)) is not None)


def _without_bom(data: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, told by where the empty bytes of its first letters stand; "" for any other file.

    A NUL that stands alone in a cell tells nothing.
    """
    start = data[:200]
    letters = len(start) // 4
    empty = [start[place::4].count(0) for place in range(4)]
    if letters and empty[3] >= letters and 2 * empty[2] > letters:
        return "utf-32-le"
    if letters and empty[0] >= letters and 2 * empty[1] > letters:
        return "utf-32-be"
    first, second = empty[0] + empty[2], empty[1] + empty[3]
    if not min(first, second) and 5 * max(first, second) > letters:  # spaces, digits and delimiters have one in any alphabet
        return "utf-16-be" if first else "utf-16-le"
    return ""


def _decoded(data: bytes, name: str) -> str | None:
    """The text, or None where the bytes are not in this encoding."""
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    return text if name.startswith("utf") or not CONTROL.search(text) else None  # C1 control characters: the wrong code page


def _declared(data: bytes, name: str, shown: str) -> str:
    """The text in the encoding that params declare."""
    page = _page(name) if name in TWICE else name
    try:
        return _put_right(data.decode("utf-8-sig"), page) if name in TWICE else data.decode(page)
    except UnicodeDecodeError:
        what = f"the file is not in the encoding {name}"
        stop(CANNOT_READ, Problem(what, shown, remedy="take the line `encoding:` out of params, or correct it"))


def _beyond_ascii(data: bytes, name: str, text: str) -> str:
    """All signs beyond ASCII, one after the other. Where ASCII is one byte, the others are told by deleting it: much faster."""
    if name.startswith(("utf-16", "utf-32")) or name in TWICE:
        return "".join(BEYOND_ASCII.findall(text))
    return data.translate(None, ASCII).decode(name)


def _twice(data: bytes, text: str) -> Iterator[tuple[str, str]]:
    """The text through each code page through which UTF-8 may have gone a second time: some run of letters is UTF-8 once more."""
    runs = {run.decode() for run in set(data.removeprefix(codecs.BOM_UTF8).translate(ASCII_AS_SPACE).split())}
    for name in TWICE:
        if any(_once(run, _page(name)) != run for run in runs):
            yield name, _put_right(text, _page(name))


def _put_right(text: str, page: str) -> str:
    """UTF-8 encoded twice: each run of letters beyond ASCII that is UTF-8 once more is decoded, the others stay."""
    put_right = {run: _once(run, page) for run in set(BEYOND_ASCII.findall(text))}
    return BEYOND_ASCII.sub(lambda found: put_right[found.group()], text)


def _once(run: str, page: str) -> str:
    try:
        # bytes that the page leaves undefined went through as control characters of the same number
        return b"".join(c.encode(page) if not "\x80" <= c <= "\x9f" else bytes([ord(c)]) for c in run).decode("utf-8")
    except UnicodeError:
        return run


def _first_records(text: str, delimiter: str) -> list[list[str]]:
    """The first records of a CSV, without going through all of a large one."""
    start = text[:START]
    rows = _records(start, delimiter, HEAD)
    return rows if len(rows) >= HEAD or len(start) == len(text) else _records(text, delimiter, HEAD)


def _records(text: str, delimiter: str, limit: int | None) -> list[list[str]]:
    """Records of a CSV; line breaks inside quoted cells belong to the cell. None at all where it is no CSV."""
    try:
        return list(islice(_reader(text, delimiter), limit))
    except csv.Error:
        return []


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(10_000_000)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _all_records(text: str, delimiter: str, width: int) -> tuple[pd.DataFrame, pd.Series]:
    """As `_padded`, of a large file: pandas' parser where no record is wider than the first ones, else record by record."""
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width + 1),
            index_col=False,
            dtype=object,
            keep_default_na=False,
            skip_blank_lines=False,
        )
        # the parser does not tell an empty cell from one that is not there
        widths = [len(record) for record in _reader(text, delimiter)]
    except (pd.errors.ParserError, csv.Error):
        return _padded(_records(text, delimiter, None))
    if len(widths) != len(cells) or cells[width].ne("").any():  # wider records further down: pandas would push or cut them
        return _padded(_records(text, delimiter, None))
    index = range(1, len(cells) + 1)
    return cells.drop(columns=width).set_axis(index), pd.Series(widths, index=index)


def _check_width(rows: list[list[str]]) -> None:
    """
    Raises:
        _TooWide: a record has more cells than any table has columns.
    """
    widest = max(rows, key=len)
    if len(widest) > MOST_COLUMNS:
        raise _TooWide(f"row {rows.index(widest) + 1} has {len(widest):,} cells")


def _padded(rows: list[list[str]]) -> tuple[pd.DataFrame, pd.Series]:
    """Cells, empty where a record has fewer than the widest one; and how many cells each record has in the file.

    Raises:
        _TooWide: as `_check_width`.
    """
    _check_width(rows)
    return _frame(rows), pd.Series(list(map(len, rows)), index=range(1, len(rows) + 1))


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    """One block of Python's strings: of the dozens of readings of a file, most are looked at once and dropped."""
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    return pd.DataFrame(padded, index=range(1, len(padded) + 1), columns=range(width), dtype=object)


def _ends_inside_quotes(text: str, delimiter: str, cells: pd.DataFrame) -> bool:
    """Whether the file ends inside a quoted cell: it was cut off, or a quote further up was never closed."""
    last = cells.iloc[-1]
    if text.count('"') % 2 == 0 and not last.str.contains("\n").any():
        return False  # without reading a large file again
    return _records(f"{text}\nend", delimiter, None)[-1] != ["end"]
