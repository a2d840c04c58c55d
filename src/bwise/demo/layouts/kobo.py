"""KoBoToolbox: the CSV of its exporter (formpack), headed by names or by labels."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.writer import Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question


def kobo(writer: Writer, labels: bool) -> Table:
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
            columns.append((name, lambda n, p, q=q: " ".join(writer.choice(q, c) if labels else c for c in writer.ticked(p, q))))
            for choice in writer.questionnaire.choices(q.name):
                heading = f"{name}/{writer.choice(q, choice) if labels else choice}"
                columns.append((heading, lambda n, p, q=q, c=choice: _kobo_tick(writer, p, q, c)))
        elif q.kind == "select_one":
            columns.append((prefix + name, lambda n, p, q=q: writer.one(p, q) if labels else writer.code(p, q)))
        else:
            columns.append((prefix + name, lambda n, p, q=q: writer.text(p, q)))
    columns += [
        ("_id", lambda n, p: str(90210000 + n)),
        ("_uuid", lambda n, p: f"{n:08d}-demo"),
        ("_submission_time", lambda n, p: f"{when(n, 24):%Y-%m-%dT%H:%M:%S}" if p.submitted else ""),
        ("_validation_status", lambda n, p: ""),
        ("_notes", lambda n, p: ""),
        ("_status", lambda n, p: "submitted_via_web"),
        ("_submitted_by", lambda n, p: CANARIES["user"]),
        ("__version__", lambda n, p: "vDemo"),
        ("_tags", lambda n, p: ""),
        ("_index", lambda n, p: str(n + 1)),
    ]
    return columns


def _kobo_tick(writer: Writer, person: Respondent, question: Question, choice: str) -> str:
    ticked = writer.ticked(person, question)
    return "" if not ticked else "1" if choice in ticked else "0"


def _csv(labels: bool):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = kobo(writer, labels)
        return csv_bytes(names_of(table), rows_of(table, people), ";", "utf-8")

    return layout


LAYOUTS = {"kobo_names": _csv(labels=False), "kobo_labels": _csv(labels=True)}
