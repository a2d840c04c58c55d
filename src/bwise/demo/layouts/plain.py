"""Tables typed by hand, as a partner keeps the minutes of a meeting: a workbook, or the CSV that Excel makes of it."""

from __future__ import annotations

from datetime import datetime

from bwise.demo.layouts.files import excel_csv, xlsx_bytes
from bwise.demo.layouts.writer import Cell, Table, Writer, joined_cell, names_of, rows_of
from bwise.demo.simulation import Respondent
from bwise.questionnaire import Question

CROSS = "x"


def plain(writer: Writer, one_column_per_option: bool = False) -> Table:
    """Several answers stand in one cell, or as crosses in one column per option; dates are dates."""
    columns: Table = []
    for question in writer.questions():
        heading = f"{writer.battery(question)}: {writer.label(question)}" if question.battery else writer.label(question)
        if question.kind == "select_multiple" and one_column_per_option:
            options = writer.questionnaire.choices(question.name)
            columns += [(f"{heading}: {writer.choice(question, option)}", _cross(writer, question, option)) for option in options]
        else:
            columns.append((heading, _day(question) if question.kind == "date" else joined_cell(writer, question, "; ")))
    return columns


def _cross(writer: Writer, question: Question, option: str) -> Cell:
    return lambda n, person: CROSS if option in writer.ticked(person, question) else ""


def _day(question: Question) -> Cell:
    def cell(n: int, person: Respondent) -> object:
        day = person.sent(question.name)
        return datetime.fromisoformat(str(day)) if day else ""

    return cell


def _workbook(one_column_per_option: bool):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = plain(writer, one_column_per_option)
        return xlsx_bytes(names_of(table), rows_of(table, people), "B-WISE")

    return layout


def _csv(writer: Writer, people: list[Respondent]) -> bytes:
    table = plain(writer)
    rows = [[f"{v:%d.%m.%Y}" if isinstance(v, datetime) else v for v in row] for row in rows_of(table, people)]
    return excel_csv(names_of(table), rows, writer.language)


LAYOUTS = {"plain_workbook": _workbook(False), "plain_workbook_crosses": _workbook(True), "plain_csv": _csv}
