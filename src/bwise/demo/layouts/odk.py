"""ODK Central: the CSV of a form, alone or in a zip with its repeated groups (`lib/data/briefcase.js` of its source)."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes, zip_bytes
from bwise.demo.layouts.writer import Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question

FORM = "bwise_skills"


def odk(writer: Writer, people: list[Respondent], split: bool) -> Table:
    """`split`: multiple answers also as a column per code, for the codes that anybody chose."""
    columns: Table = [
        ("SubmissionDate", lambda n, p: f"{when(n, 24 - 120):%Y-%m-%dT%H:%M:%S}.000Z"),
        ("start", lambda n, p: f"{when(n):%Y-%m-%dT%H:%M:%S}.000+02:00"),
        ("deviceid", lambda n, p: CANARIES["device"]),
        ("username", lambda n, p: CANARIES["user"]),
        ("place-Latitude", lambda n, p: CANARIES["latitude"]),
        ("place-Longitude", lambda n, p: CANARIES["longitude"]),
        ("place-Altitude", lambda n, p: "0"),
        ("place-Accuracy", lambda n, p: "0"),
    ]
    for q in writer.questions():
        heading = f"{q.battery}-{q.name}" if q.battery else q.name
        if q.kind == "select_multiple":
            columns += _odk_multiple(writer, q, heading, people if split else [])
        elif q.kind == "select_one":
            columns.append((heading, lambda n, p, q=q: writer.code(p, q)))
        else:
            columns.append((heading, lambda n, p, q=q: writer.text(p, q)))
    columns += [
        ("meta-instanceID", lambda n, p: _key(n)),
        ("meta-instanceName", lambda n, p: CANARIES["name"]),
        ("KEY", lambda n, p: _key(n)),
        ("SubmitterID", lambda n, p: "21"),
        ("SubmitterName", lambda n, p: CANARIES["user"]),
        ("AttachmentsPresent", lambda n, p: "0"),
        ("AttachmentsExpected", lambda n, p: "0"),
        ("Status", lambda n, p: ""),
        ("ReviewState", lambda n, p: ""),
        ("DeviceID", lambda n, p: CANARIES["device"]),
        ("Edits", lambda n, p: "0"),
        ("FormVersion", lambda n, p: "2022040401"),
    ]
    return columns


def _odk_multiple(writer: Writer, question: Question, heading: str, people: list[Respondent]) -> Table:
    columns: Table = [(heading, lambda n, p: " ".join(writer.ticked(p, question)))]
    chosen = {code for person in people for code in writer.ticked(person, question)}
    for code in sorted(chosen):
        columns.append((f"{heading}/{code}", lambda n, p, c=code: "1" if c in writer.ticked(p, question) else "0"))
    return columns


def _key(number: int) -> str:
    return f"uuid:{number + 1:08x}-0000-4000-8000-000000000000"


def _main(writer: Writer, people: list[Respondent], split: bool) -> bytes:
    table = odk(writer, people, split)
    return csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8", quote_all=False, line_end="\n")


def _visits(people: list[Respondent]) -> bytes:
    """A repeated group that the questionnaire does not have: two visits for each submission."""
    rows = [[CANARIES["name"], str(n + visit), _key(n), f"{_key(n)}/visits[{visit}]"] for n in range(len(people)) for visit in (1, 2)]
    return csv_bytes(["contact", "staff", "PARENT_KEY", "KEY"], rows, ",", "utf-8", quote_all=False, line_end="\n")


def _zip(writer: Writer, people: list[Respondent]) -> bytes:
    return zip_bytes({f"{FORM}.csv": _main(writer, people, split=False), f"{FORM}-visits.csv": _visits(people)})


def _split(writer: Writer, people: list[Respondent]) -> bytes:
    return _main(writer, people, split=True)


LAYOUTS = {"odk": _zip, "odk_split": _split}
