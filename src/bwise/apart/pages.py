"""The sheets of a workbook with the values of their cells, as the library for workbooks reads them. Imports nothing of ours."""

import io

from python_calamine import CalamineWorkbook, SheetVisibleEnum

SMALL_SHEET = 500_000  # cells a sheet may span whatever is in them
EMPTY = 100  # times more cells spanned than filled: no table of answers
MOST_CELLS = 50_000_000  # of a sheet, empty ones among them: a thousand columns of fifty thousand respondents

MOST_COLUMNS = 16_384  # of a sheet of Excel (Microsoft: Excel specifications and limits)

Page = tuple[str, bool, list[list], list]
"""Name of a sheet, whether it is shown, its rows from the first one on, and first and last (row, column) of each merged cell, from 0."""


def pages(data: bytes) -> list[Page]:
    """All sheets, in their order; whatever the library raises says that the workbook is damaged or protected by a password."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    shown = {sheet.name: sheet.visible == SheetVisibleEnum.Visible for sheet in book.sheets_metadata}
    sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    return [(n, shown[n], s.to_python(skip_empty_area=False), s.merged_cell_ranges or []) for n, s in sheets.items()]


def spread(rows: list[list]) -> int:
    """Cells of a sheet whose answers are lost among empty cells, or are too many; 0 of any other."""
    wide = max(map(len, rows), default=0)
    spanned = len(rows) * wide
    if wide > MOST_COLUMNS:
        return spanned
    if spanned <= SMALL_SHEET:
        return 0
    filled = sum(len(row) - row.count("") for row in rows)
    return spanned if spanned > MOST_CELLS or filled * EMPTY < spanned else 0
