"""The sheets of a workbook with the values of their cells, as the library for workbooks reads them.

Old binary workbooks are read in a process of its own: some damaged ones bring the library down, and Python with it. The same file
is the program of that process, which imports nothing of ours.
"""

import io
import pickle
import sys

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

BINARY = b"\xd0\xcf\x11\xe0"  # the first bytes of an Office file before 2007
Page = tuple[str, bool, list[list], list]
"""Name of a sheet, whether it is shown, its rows from the first one on, and first and last (row, column) of each merged cell, from 0."""


def pages(data: bytes) -> list[Page]:
    """All sheets, in their order.

    Raises:
        ValueError: the workbook is damaged, protected by a password, or of another kind.
    """
    if not data.startswith(BINARY):
        return _pages(data)
    from bwise.exports.apart import read_apart  # not at the top: the program itself imports nothing of ours

    return read_apart(["-I", __file__], data)


def _pages(data: bytes) -> list[Page]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = {sheet.name: sheet.visible == SheetVisibleEnum.Visible for sheet in book.sheets_metadata}
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        return [(n, shown[n], s.to_python(skip_empty_area=False), s.merged_cell_ranges or []) for n, s in sheets.items()]
    except (CalamineError, OSError) as error:
        raise ValueError("the library cannot read the workbook") from error


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(_pages(sys.stdin.buffer.read())))
