"""What a workbook from before 2007 (BIFF, `.xls`) says of its cells beyond their values. Imports nothing of ours."""

import io

import xlrd

Facts = tuple[dict[tuple[int, int], str], dict[tuple[int, int], str], list[int], list[int]]
"""Number formats of the cells that hold a number and texts of those with an error, by row (from 1) and column (from 0); rows (from 1)
and columns (from 0) that are hidden."""


def binary_facts(data: bytes) -> dict[str, Facts]:
    """Name of each sheet -> its facts."""
    book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    formats = [book.format_map[style.format_key].format_str for style in book.xf_list]
    return {sheet.name: _of_sheet(sheet, formats) for sheet in book.sheets()}


def _of_sheet(sheet: xlrd.sheet.Sheet, formats: list[str]) -> Facts:
    numbers, errors = {}, {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            kind = sheet.cell_type(row, column)
            if kind == xlrd.XL_CELL_NUMBER:
                numbers[row + 1, column] = formats[sheet.cell_xf_index(row, column)]
            elif kind == xlrd.XL_CELL_ERROR:
                errors[row + 1, column] = xlrd.error_text_from_code[sheet.cell_value(row, column)]
    rows = sorted(row + 1 for row, told in sheet.rowinfo_map.items() if told.hidden)
    columns = sorted(column for column, told in sheet.colinfo_map.items() if told.hidden)
    return numbers, errors, rows, columns
