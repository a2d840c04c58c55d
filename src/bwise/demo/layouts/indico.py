"""Indico: the CSV of a survey's submissions (`generate_spreadsheet_from_survey` of its source, and real exports)."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.writer import Table, Writer, joined_cell, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent

SECTION = "B-WISE"


def indico(writer: Writer) -> Table:
    """A battery is a section of its own, its rows are questions; all other questions are in sections of one title."""
    columns: Table = [
        ("Submitter", lambda n, p: CANARIES["name"]),
        ("Submitter Email", lambda n, p: CANARIES["mail"]),
        ("Submission Date", lambda n, p: f"{when(n, 24):%Y-%m-%d %H:%M:%S}.226585+00:00"),
    ]
    for q in writer.questions():
        columns.append((f"{writer.battery(q) or SECTION}: {writer.label(q)}", joined_cell(writer, q, "; ")))
    return columns


def _csv(writer: Writer, people: list[Respondent]) -> bytes:
    table = indico(writer)
    return csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8-sig", quote_all=False)


LAYOUTS = {"indico": _csv}
