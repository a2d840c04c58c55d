"""What a workbook says of its cells beyond their values: percent formats, errors, what is hidden.

The library that reads workbooks tells values only: 0.45 for a cell that shows 45 %, nothing for `#N/A`. The rest is in the XML
inside the file: Office Open XML (ECMA-376 part 1, 18.3 worksheets and 18.8 styles) or OpenDocument 1.3 (part 3, 9 tables); that
of a workbook from before 2007 is read by `binary_facts`.
Only what is looked for is parsed, and only where a first look at the bytes finds it. Imports nothing of ours.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

Place = tuple[int, int]  # row from 1, position of the column from 0

LARGEST = 500_000_000  # bytes of one part; more is no questionnaire export
PERCENT_BUILT_IN = {9, 10}  # ECMA-376 part 1, 18.8.30: 0% and 0.00%
NOT_SHOWN_OF_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # of a number format: quoted text, escapes, colours, spaces
CELL = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")
FAR_CELL = re.compile(rb"""\sr=["']([A-Z]{3}\d+)["']""")
LAST_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br=["'](\d+)["']""")
NOT_COMPUTED = re.compile(rb"""(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|</(?:\w+:)?c>)""")
WORTH_PARSING = re.compile(rb"""\st=["']e["']|\shidden=["'](?:1|true)["']""")
REPEATED = 20_000  # at most so many equal cells of an OpenDocument file are told one by one


@dataclass
class SheetFacts:
    """Of one sheet: places of cells that show a percentage, text of cells with an error, rows (from 1) and columns (from 0) hidden.

    A formula that the program that wrote it has not computed counts as an error: libraries write such cells, and read them as blanks.
    """

    percent: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


def sheet_facts(data: bytes) -> dict[str, SheetFacts]:
    """Name of each sheet of a workbook from after 2007 -> what it says of its cells.

    Whatever is raised says that the workbook is damaged: without its facts, errors would be read as blanks, and 45 % as 0.45.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
        if "content.xml" in parts:
            return _open_document(archive)
        percent = _percent_styles(archive)
        return {name: _worksheet(archive, part, percent) for name, part in _worksheets(archive).items() if part in parts}


def of_binary(numbers: dict[Place, str], errors: dict[Place, str], rows: list[int], columns: list[int]) -> SheetFacts:
    """The same of a sheet from before 2007, of what `binary_facts` tells of it."""
    shown = {code: shows_percent(code) for code in set(numbers.values())}
    return SheetFacts({place for place, code in numbers.items() if shown[code]}, errors, rows, columns)


def cells_spanned(data: bytes) -> dict[str, int]:
    """Name of each sheet of an XLSX workbook -> cells of the smallest table that holds all it has, as far as can be told at a glance."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = set(archive.namelist())
            if "xl/workbook.xml" not in parts:
                return {}
            return {name: _spanned(_part(archive, part)) for name, part in _worksheets(archive).items() if part in parts}
    except (zipfile.BadZipFile, ElementTree.ParseError, OSError, RuntimeError, NotImplementedError, ValueError):
        return {}


def _spanned(xml: bytes) -> int:
    rows = max((int(number) for number in LAST_ROW.findall(xml, max(0, xml.rfind(b"row ") - 100))), default=1)
    far = [_place(cell.decode()) for cell in FAR_CELL.findall(xml)]
    return max([rows, *(row for row, _ in far)]) * max([1, *(column + 1 for _, column in far)])


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(name)
    return archive.read(name)


def _named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Elements of this name below, in whatever namespace: writers use several for the same thing."""
    return (e for e in element.iter() if e.tag.rpartition("}")[2] == name)


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {name.rpartition("}")[2]: value for name, value in element.attrib.items()}


# ------------------------------------------------------------------ Office Open XML


def _worksheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> its part in the file."""
    relations = ElementTree.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))
    targets = {e.get("Id"): e.get("Target", "") for e in _named(relations, "Relationship")}
    paths = {i: t.lstrip("/") if t.startswith("/") else f"xl/{t}" for i, t in targets.items()}
    book = ElementTree.fromstring(_part(archive, "xl/workbook.xml"))
    return {e.get("name", ""): paths.get(_attributes(e).get("id"), "") for e in _named(book, "sheet")}


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    """Numbers of the cell styles whose number format shows a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = ElementTree.fromstring(_part(archive, "xl/styles.xml"))
    own = {e.get("numFmtId"): e.get("formatCode", "") for e in _named(styles, "numFmt")}
    formats = [e.get("numFmtId", "0") for cells in _named(styles, "cellXfs") for e in _named(cells, "xf")]
    return {str(n) for n, f in enumerate(formats) if (shows_percent(own[f]) if f in own else int(f) in PERCENT_BUILT_IN)}


def shows_percent(code: str) -> bool:
    """Whether a number format multiplies by 100 and writes a percent sign."""
    return "%" in NOT_SHOWN_OF_FORMAT.sub("", code.partition(";")[0])


def _worksheet(archive: zipfile.ZipFile, part: str, percent: set[str]) -> SheetFacts:
    found, xml = SheetFacts(), _part(archive, part)
    if not percent and not WORTH_PARSING.search(xml) and not NOT_COMPUTED.search(xml):
        return found
    row, column = 0, -1
    for event, element in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = int(element.get("r", row + 1)), -1
            if element.get("hidden") in ("1", "true"):
                found.hidden_rows.append(row)
        elif event == "start" and tag == "col" and element.get("hidden") in ("1", "true"):
            found.hidden_columns += range(int(element.get("min", 1)) - 1, min(int(element.get("max", 1)), 16384))
        elif event == "end" and tag == "c":
            place = _place(element.get("r", "")) or (row, column + 1)
            column = place[1]
            if element.get("t") == "e":
                found.errors[place] = next((v.text or "" for v in _named(element, "v")), "")
            elif (formula := _not_computed(element)) is not None:
                found.errors[place] = formula
            elif element.get("s") in percent and element.get("t", "n") == "n":
                found.percent.add(place)
        elif event == "end" and tag == "row":
            element.clear()
    return found


def _not_computed(cell: ElementTree.Element) -> str | None:
    """The formula of a cell that has one and no value; one whose value is the empty text has the type `str`."""
    formula = next(_named(cell, "f"), None)
    if formula is None or cell.get("t") == "str" or any(value.text for value in _named(cell, "v")):
        return None
    return f"={formula.text or ''}"


def _place(cell: str) -> Place | None:
    """`B12` as (12, 1)."""
    parts = CELL.match(cell)
    if not parts:
        return None
    column = 0
    for letter in parts[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(parts[2]), column - 1


# ------------------------------------------------------------------ OpenDocument


def _open_document(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    sheets: dict[str, SheetFacts] = {}
    found, row, column, columns = SheetFacts(), 1, 0, 0
    for event, element in ElementTree.iterparse(io.BytesIO(_part(archive, "content.xml")), ("start", "end")):
        tag, told = element.tag.rpartition("}")[2], _attributes(element)
        if event == "start" and tag == "table":
            found, row, columns = sheets.setdefault(told.get("name", ""), SheetFacts()), 1, 0
        elif event == "start" and tag == "table-row":
            column = 0
        elif event == "end" and tag == "table-column":
            repeated = int(told.get("number-columns-repeated", 1))
            if told.get("visibility", "visible") != "visible":
                found.hidden_columns += range(columns, columns + min(repeated, REPEATED))
            columns += repeated
        elif event == "end" and tag in ("table-cell", "covered-table-cell"):
            repeated = int(told.get("number-columns-repeated", 1))
            _note(element, told, [(row, c) for c in range(column, column + min(repeated, REPEATED))], found)
            column += repeated
        elif event == "end" and tag == "table-row":
            row = _row_ended(told, row, found)
            element.clear()
    return sheets


def _note(element: ElementTree.Element, told: dict[str, str], places: list[Place], found: SheetFacts) -> None:
    types = {value for name, value in element.attrib.items() if name.rpartition("}")[2] == "value-type"}
    if "error" in types:
        text = "".join(next(_named(element, "p"), element).itertext())
        found.errors |= dict.fromkeys(places, text)
    elif told.get("value-type") == "percentage":
        found.percent.update(places)


def _row_ended(told: dict[str, str], row: int, found: SheetFacts) -> int:
    """The row after this one and its repetitions, which are as it is."""
    repeated = int(told.get("number-rows-repeated", 1))
    same = range(row, row + min(repeated, REPEATED))
    if len(same) > 1:
        found.percent |= {(copy, column) for at, column in found.percent if at == row for copy in same}
        found.errors |= {(copy, column): text for (at, column), text in found.errors.items() if at == row for copy in same}
    if told.get("visibility", "visible") != "visible":
        found.hidden_rows += same
    return row + repeated
