"""KoBoToolbox: the CSV and XLSX of its exporter (formpack), headed by names or by labels."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes, xlsx_bytes
from bwise.demo.layouts.writer import Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question


def kobo(writer: Writer, labels: bool, multiple: str = "both") -> Table:
    """`multiple`: how multiple answers are written: both, summary (one joined column) or details (one column per option)."""
    columns: Table = [
        ("start", lambda n, p: f"{when(n):%Y-%m-%dT%H:%M:%S}.000+03:00"),
        ("deviceid", lambda n, p: CANARIES["device"]),
        ("username", lambda n, p: CANARIES["user"]),
        ("_place_latitude", lambda n, p: CANARIES["latitude"]),
        ("_place_longitude", lambda n, p: CANARIES["longitude"]),
    ]
    for q in writer.questions():
        name = writer.label(q) if labels else q.name
        prefix = (f"{writer.battery(q)}/" if labels else f"{q.battery}/") if q.battery else ""
        if q.kind == "select_multiple":
            columns += _kobo_multiple(writer, q, name, labels, multiple)
        elif q.kind == "select_one":
            columns.append((prefix + name, lambda n, p, q=q: writer.one(p, q) if labels else writer.code(p, q)))
        else:
            columns.append((prefix + name, lambda n, p, q=q: writer.text(p, q)))
    columns += [
        ("_id", lambda n, p: str(90210000 + n)),
        ("_uuid", lambda n, p: f"{n:08d}-demo"),
        ("_submission_time", lambda n, p: f"{when(n, 24 - 180):%Y-%m-%dT%H:%M:%S}" if p.submitted else ""),  # UTC, without saying so
        ("_validation_status", lambda n, p: ""),
        ("_notes", lambda n, p: ""),
        ("_status", lambda n, p: "submitted_via_web"),
        ("_submitted_by", lambda n, p: CANARIES["user"]),
        ("__version__", lambda n, p: "vDemo"),
        ("_tags", lambda n, p: ""),
        ("_index", lambda n, p: str(n + 1)),
    ]
    return columns


def _kobo_multiple(writer: Writer, question: Question, name: str, labels: bool, multiple: str) -> Table:
    columns: Table = []
    if multiple in ("both", "summary"):
        columns.append((name, lambda n, p: " ".join(writer.choice(question, c) if labels else c for c in writer.ticked(p, question))))
    for choice in writer.questionnaire.choices(question.name) if multiple in ("both", "details") else ():
        heading = f"{name}/{writer.choice(question, choice) if labels else choice}"
        columns.append((heading, lambda n, p, c=choice: _kobo_tick(writer, p, question, c)))
    return columns


def _kobo_tick(writer: Writer, person: Respondent, question: Question, choice: str) -> str:
    ticked = writer.ticked(person, question)
    return "" if not ticked else "1" if choice in ticked else "0"


def _csv(labels: bool, multiple: str = "both", hxl: bool = False):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = kobo(writer, labels, multiple)
        return csv_bytes(names_of(table), [*_hxl_tags(table, hxl), *rows_of(table, people)], ";", "utf-8")

    return layout


def _hxl_tags(table: Table, hxl: bool) -> list[list[str]]:
    """Tags of the questions that have one (here: two of them), a second row of headings that formpack writes by default."""
    tags = {"founded": "#date+founded", "staff": "#population+staff"}
    return [[tags.get(heading, "") for heading in names_of(table)]] if hxl else []


def _xlsx(writer: Writer, people: list[Respondent]) -> bytes:
    table = kobo(writer, labels=True)
    return xlsx_bytes(names_of(table), rows_of(table, people), "B-WISE")


LAYOUTS = {
    "kobo_names": _csv(labels=False),
    "kobo_labels": _csv(labels=True),
    "kobo_summary": _csv(labels=False, multiple="summary"),
    "kobo_summary_labels": _csv(labels=True, multiple="summary"),
    "kobo_details": _csv(labels=False, multiple="details"),
    "kobo_hxl": _csv(labels=False, hxl=True),
    "kobo_xlsx": _xlsx,
}
