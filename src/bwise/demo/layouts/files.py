"""Rows to the bytes of a file, the same on every machine: CSV as tools and Excel write it, XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime, timedelta

import xlsxwriter

from bwise.demo.layouts.writer import START, number


def csv_bytes(
    names: list[str],
    rows: list[list],
    delimiter: str,
    encoding: str,
    quote_all: bool = True,
    decimal: str = ".",
    line_end: str = "\r\n",
    last_blank_line: bool = False,
    dates: str = "%Y-%m-%d %H:%M:%S",
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL, lineterminator=line_end)
    for row in [names, *rows]:
        writer.writerow([number(v, decimal) if isinstance(v, float) else v.strftime(dates) if isinstance(v, datetime) else v for v in row])
    text = out.getvalue() + (line_end if last_blank_line else "")
    return text.encode(encoding)


CODE_PAGES = {"bg": "cp1251", "el": "cp1253", "lv": "cp1257", "hr": "cp1250", "pl": "cp1250", "ro": "cp1250", "sl": "cp1250"}
CEDILLA = str.maketrans("șțȘȚ", "şţŞŢ")  # all that cp1250 has of Romanian


def excel_csv(names: list[str], rows: list[list], language: str) -> bytes:
    """Opened in Excel and saved as CSV: semicolons, decimal comma, the Windows code page of the language, `?` never."""
    if language == "ro":
        names, *rows = [[v.translate(CEDILLA) if isinstance(v, str) else v for v in row] for row in [names, *rows]]
    local = [[v.replace(".", ",") if isinstance(v, str) and _is_decimal(v) else v for v in row] for row in rows]
    return csv_bytes(names, local, ";", CODE_PAGES.get(language, "cp1252"), quote_all=False, decimal=",", dates="%d/%m/%Y %H:%M")


def _is_decimal(text: str) -> bool:
    whole, dot, part = text.partition(".")
    return bool(dot) and whole.isdigit() and part.isdigit() and len(part) < 3


def xlsx_bytes(names: list[str], rows: list[list], sheet: str, preface: bool = False) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm", "strings_to_numbers": False})
    book.set_properties({"created": START})
    page = book.add_worksheet(sheet)
    at = 0
    if preface:
        page.write_row(0, 0, ["Alias", "BWISE_demo"])
        page.write(1, 0, "Export Date")
        page.write_datetime(1, 1, START + timedelta(days=30))
        at = 3
    for line, row in enumerate([names, *rows], at):
        for column, value in enumerate(row):
            if value not in ("", None):
                page.write(line, column, value)
    book.close()
    return out.getvalue()


def zip_bytes(files: dict[str, bytes]) -> bytes:
    """An archive of these files, stored as they are: what compression makes of them differs between machines."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, START.timetuple()[:6])
            info.create_system = 3  # as on Unix, wherever it is made
            archive.writestr(info, content)
    return out.getvalue()
