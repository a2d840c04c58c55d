"""REDCap's CSV: `Records::getData` of its source, and the exports in the tests of REDCapR.

REDCap heads a column by the label of its field alone, never by the heading of the matrix it stands in: the form written
here repeats the question in the label of each row.
"""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.writer import Cell, Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question

FORM = "bwise"
OWN = {
    "record": ("record_id", "Record ID"),
    "identifier": ("redcap_survey_identifier", "Survey Identifier"),
    "timestamp": (f"{FORM}_timestamp", "Survey Timestamp"),
    "complete": (f"{FORM}_complete", "Complete?"),
}


def redcap(writer: Writer, labels: bool) -> Table:
    columns: Table = [
        (OWN["record"][labels], lambda n, p: str(n + 1)),
        (OWN["identifier"][labels], lambda n, p: CANARIES["mail"]),
        (OWN["timestamp"][labels], lambda n, p: f"{when(n, 24):%Y-%m-%d %H:%M:%S}" if p.submitted else "[not completed]"),
    ]
    for q in writer.questions():
        columns += _checkbox(writer, q, labels) if q.kind == "select_multiple" else [_field(writer, q, labels)]
    columns.append((OWN["complete"][labels], _status("Complete", "Incomplete") if labels else _status("2", "0")))
    return columns


def _field(writer: Writer, question: Question, labels: bool) -> tuple[str, Cell]:
    heading = f"{writer.battery(question)} {writer.label(question)}".strip() if labels else question.name
    if question.kind != "select_one":
        return heading, lambda n, p: writer.text(p, question)
    return heading, lambda n, p: writer.one(p, question).replace('"', "'") if labels else writer.code(p, question)


def _checkbox(writer: Writer, question: Question, labels: bool) -> Table:
    """One column per option; an unticked box is 0 or Unchecked, also where the question was never seen."""
    columns: Table = []
    on, off = ("Checked", "Unchecked") if labels else ("1", "0")
    for code in writer.questionnaire.choices(question.name):
        choice = writer.choice(question, code).replace("'", "").replace('"', "")
        heading = f"{writer.label(question)} (choice={choice})" if labels else f"{question.name}___{code.lower()}"
        columns.append((heading, lambda n, p, c=code: on if c in writer.ticked(p, question) else off))
    return columns


def _status(complete: str, incomplete: str) -> Cell:
    return lambda n, p: complete if p.submitted else incomplete


def _csv(labels: bool):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = redcap(writer, labels)
        return csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8-sig", quote_all=False, line_end="\n")

    return layout


LAYOUTS = {"redcap_raw": _csv(labels=False), "redcap_labels": _csv(labels=True)}
