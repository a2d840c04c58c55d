"""Google Forms: the CSV of its sheet, and what Excel makes of it."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes, excel_csv
from bwise.demo.layouts.writer import Table, Writer, joined_cell, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent

TIMESTAMP_HEADING = {"nl": "Tijdstempel", "hr": "Vremenska oznaka", "pl": "Sygnatura czasowa", "es": "Marca temporal"}


def _stamp(number: int, person: Respondent) -> str:
    sent = when(number, 24)
    return f"{sent.day}/{sent.month}/{sent:%Y %H:%M:%S}"


def google_forms(writer: Writer) -> Table:
    columns: Table = [
        (
            TIMESTAMP_HEADING.get(writer.language, "Timestamp"),
            lambda n, p: f"{when(n, 24).day}/{when(n, 24).month}/{when(n, 24):%Y %H:%M:%S}",
        ),
        ("Email Address", lambda n, p: CANARIES["mail"]),
    ]
    for q in writer.questions(without_other_texts=True):
        heading = writer.label(q)
        if q.battery:
            heading = f"{writer.battery(q)} [{writer.label(q)}]" if q.kind == "select_one" else f"{writer.battery(q)} - {writer.label(q)}"
        columns.append((heading, joined_cell(writer, q, ", ", other_in_cell=True)))
    return columns


def _sheet(writer: Writer, people: list[Respondent]) -> bytes:
    table = google_forms(writer)
    return csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8", quote_all=False)


def _resaved(writer: Writer, people: list[Respondent]) -> bytes:
    table = google_forms(writer)
    return excel_csv(names_of(table), rows_of(table, people), writer.language)


LAYOUTS = {"google_forms": _sheet, "google_forms_resaved": _resaved}
