"""Google Forms: its sheet as CSV or XLSX, what Excel makes of the CSV, and the direct download."""

from __future__ import annotations

from datetime import datetime

from bwise.demo.layouts.files import csv_bytes, excel_csv, xlsx_bytes, zip_bytes
from bwise.demo.layouts.writer import Table, Writer, joined_cell, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent

TIMESTAMP_HEADING = {"nl": "Tijdstempel", "hr": "Vremenska oznaka", "pl": "Sygnatura czasowa", "es": "Marca temporal"}
TIMESTAMP_HEADING |= {"de": "Zeitstempel", "fr": "Horodateur", "it": "Informazioni cronologiche", "bg": "Клеймо за време"}
TIMESTAMP_HEADING |= {"el": "Χρονική σήμανση"}
MAIL_HEADING = {"de": "E-Mail-Adresse", "fr": "Adresse e-mail", "it": "Indirizzo email", "bg": "Имейл адрес"}


def google_forms(writer: Writer, sent=lambda moment, language: moment, separator: str = ", ", download: bool = False) -> Table:
    """`sent` writes the timestamp; the direct download heads what Google adds in English."""
    timestamp, mail = "Timestamp", "Username"
    if not download:
        timestamp, mail = TIMESTAMP_HEADING.get(writer.language, timestamp), MAIL_HEADING.get(writer.language, "Email Address")
    columns: Table = [(timestamp, lambda n, p: sent(when(n, 24), writer.language)), (mail, lambda n, p: CANARIES["mail"])]
    for q in writer.questions(without_other_texts=True):
        heading = writer.label(q)
        if q.battery:
            heading = f"{writer.battery(q)} [{writer.label(q)}]" if q.kind == "select_one" else f"{writer.battery(q)} - {writer.label(q)}"
        columns.append((heading, joined_cell(writer, q, separator, other_in_cell=True)))
    return columns


def _in_a_sheet(moment: datetime, language: str) -> str:
    """In the style of the account's country, which is not always the country of the questionnaire."""
    if language == "de":
        return f"{moment:%d.%m.%Y %H:%M:%S}"
    clock = f"{moment:%H.%M.%S}" if language == "it" else f"{moment:%H:%M:%S}"
    return f"{moment.day}/{moment.month}/{moment.year} {clock}"


def _in_a_download(moment: datetime, language: str) -> str:
    return f"{moment:%Y/%m/%d} {moment.hour % 12 or 12}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'} GMT+2"


def _sheet(writer: Writer, people: list[Respondent]) -> bytes:
    table = google_forms(writer, _in_a_sheet)
    return csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8", quote_all=False)


def _resaved(writer: Writer, people: list[Respondent]) -> bytes:
    table = google_forms(writer, _in_a_sheet)
    return excel_csv(names_of(table), rows_of(table, people), writer.language)


def _workbook(writer: Writer, people: list[Respondent]) -> bytes:
    table = google_forms(writer)
    return xlsx_bytes(names_of(table), rows_of(table, people), "Form Responses 1")


def _download(writer: Writer, people: list[Respondent]) -> bytes:
    table = google_forms(writer, _in_a_download, ";", download=True)
    return zip_bytes({"B-WISE.csv": csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8", line_end="\n")})


LAYOUTS = {"google_forms": _sheet, "google_forms_resaved": _resaved, "google_forms_xlsx": _workbook, "google_forms_download": _download}
