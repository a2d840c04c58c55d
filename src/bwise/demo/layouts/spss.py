"""SPSS: a .sav file as LimeSurvey's syntax makes it, with labels of variables and values (`[Option] Question`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pyreadstat

from bwise.demo.layouts.writer import OTHER, OTHER_TEXT, START, Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question

USER_MISSING = 90  # "don't know" and the like have higher values, which the file declares missing
CREATED = slice(92, 109)  # date and time of creation in the head of the file
LABEL_BYTES, VALUE_LABEL_BYTES = 255, 120  # what SPSS keeps


def _own(writer: Writer) -> Table:
    return [
        ("id", lambda n, p: float(n + 1)),
        ("submitdate", lambda n, p: when(n, 24) if p.submitted else None),
        ("lastpage", lambda n, p: 9.0 if p.submitted else 2.0),
        ("startlanguage", lambda n, p: writer.language),
        ("token", lambda n, p: CANARIES["token"]),
        ("startdate", lambda n, p: when(n)),
        ("ipaddr", lambda n, p: CANARIES["ip"]),
    ]


OWN_LABELS = {
    "id": "Response ID",
    "submitdate": "Date submitted",
    "lastpage": "Last page",
    "startlanguage": "Start language",
    "token": "Token",
    "startdate": "Date started",
    "ipaddr": "IP address",
}


def spss(writer: Writer) -> tuple[Table, dict[str, str], dict[str, dict[float, str]]]:
    """Columns, labels of the variables, labels of their values."""
    table, labels, values = _own(writer), dict(OWN_LABELS), {}
    for q in writer.questions():
        label = writer.label(q)
        if q.kind == "select_multiple":
            for choice in _options(writer, q):
                name = f"{q.name}_{choice}"
                table.append((name, lambda n, p, q=q, c=choice: _tick(writer, p, q, c)))
                labels[name], values[name] = f"[{writer.choice(q, choice)}] {label}", {1.0: "Yes", 0.0: "Not selected"}
        elif q.kind == "select_one":
            numbers = _numbers(writer, q)
            table.append((q.name, lambda n, p, q=q, numbers=numbers: numbers.get(writer.code(p, q))))
            labels[q.name] = f"[{label}] {writer.battery(q)}" if q.battery else label
            values[q.name] = {number: writer.choice(q, code) for code, number in numbers.items()}
        else:
            parent = next((parent for parent, other in OTHER_TEXT.items() if other == q.name), "")
            table.append((q.name, lambda n, p, q=q: p.sent(q.name) if q.is_number else writer.text(p, q)))
            title = f"[{OTHER[writer.language]}] {writer.label(writer.questionnaire[parent])}" if parent else label
            labels[q.name] = f"[{label}] {writer.battery(q)}" if q.battery else title
    return table, labels, values


def _options(writer: Writer, question: Question) -> list[str]:
    """LimeSurvey's own "other" of a multiple choice is one text."""
    return [c for c in writer.questionnaire.choices(question.name) if not (c == "other" and question.name in OTHER_TEXT)]


def _tick(writer: Writer, person: Respondent, question: Question, choice: str) -> float | None:
    return None if writer.hidden(person, question) else float(choice in writer.ticked(person, question))


def _numbers(writer: Writer, question: Question) -> dict[str, float]:
    """Codes as SPSS has them: numbers in the order of the answers; what is no answer comes after `USER_MISSING`."""
    choices = writer.questionnaire.choices(question.name).values()
    return {c.name: float(n + USER_MISSING if c.missing else n) for n, c in enumerate(choices, 1)}


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def _file(writer: Writer, people: list[Respondent]) -> bytes:
    table, labels, values = spss(writer)
    frame = pd.DataFrame(rows_of(table, people), columns=names_of(table))
    for name in frame:
        if name in values or (name in writer.questionnaire.questions and writer.questionnaire[name].is_number):
            frame[name] = frame[name].astype("float64")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        pyreadstat.write_sav(
            frame,
            path,
            column_labels={name: _cut(label, LABEL_BYTES) for name, label in labels.items()},
            variable_value_labels={name: {v: _cut(label, VALUE_LABEL_BYTES) for v, label in of.items()} for name, of in values.items()},
            missing_ranges={name: [{"lo": USER_MISSING, "hi": 99}] for name, of in values.items() if max(of) > USER_MISSING},
        )
        written = bytearray(path.read_bytes())
    written[CREATED] = f"{START:%d %b %y%H:%M:%S}".encode()
    return bytes(written)


LAYOUTS = {"spss": _file}
