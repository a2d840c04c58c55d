"""Typeform's `responses.csv`: one column per option, headed by the option alone, and `Other` for what was typed."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.writer import OTHER_TEXT, Cell, Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question


def typeform(writer: Writer, newer: bool) -> Table:
    """`newer`: with the columns that Typeform added later."""
    columns: Table = [("#", lambda n, p: f"{n + 1:032x}")]
    for q in writer.questions(without_other_texts=True):
        columns += _options(writer, q) if q.kind == "select_multiple" else [(_heading(writer, q), _answer(writer, q))]
        if q.name in OTHER_TEXT:
            columns.append(("Other", _typed(writer, q)))
    added: Table = [
        ("Response Type", lambda n, p: "completed" if p.submitted else "partial"),
        ("Start Date (UTC)", lambda n, p: f"{when(n):%Y-%m-%d %H:%M:%S}"),
        ("Stage Date (UTC)", lambda n, p: "" if p.submitted else f"{when(n, 24):%Y-%m-%d %H:%M:%S}"),
        ("Submit Date (UTC)", lambda n, p: f"{when(n, 24):%Y-%m-%d %H:%M:%S}" if p.submitted else ""),
        ("Network ID", lambda n, p: CANARIES["device"]),
        ("Tags", lambda n, p: ""),
        ("Ending", lambda n, p: ""),
    ]
    return columns + [c for c in added if newer or c[0] in ("Start Date (UTC)", "Submit Date (UTC)", "Network ID")]


def _heading(writer: Writer, question: Question) -> str:
    """Typeform had no batteries: people asked for each row. What they made bold has its markup in the heading."""
    if question.battery:
        return f"{writer.battery(question)} {writer.label(question)}"
    first, space, rest = writer.label(question).partition(" ")
    return f"<strong>{first}</strong>{space}{rest}"


def _options(writer: Writer, question: Question) -> Table:
    own = [c for c in writer.questionnaire.choices(question.name) if c != "other" or question.name not in OTHER_TEXT]
    return [(writer.choice(question, code), _tick(writer, question, code)) for code in own]


def _tick(writer: Writer, question: Question, code: str) -> Cell:
    return lambda n, person: writer.choice(question, code) if code in writer.ticked(person, question) else ""


def _answer(writer: Writer, question: Question) -> Cell:
    if question.kind != "select_one":
        return lambda n, person: writer.text(person, question)
    typed = "other" if question.name in OTHER_TEXT else ""
    return lambda n, person: "" if writer.code(person, question) == typed else writer.one(person, question)


def _typed(writer: Writer, question: Question) -> Cell:
    return lambda n, person: writer.text(person, writer.questionnaire[OTHER_TEXT[question.name]])


def _csv(newer: bool):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = typeform(writer, newer)
        return csv_bytes(names_of(table), rows_of(table, people), ",", "utf-8", quote_all=False, line_end="\n")

    return layout


LAYOUTS = {"typeform": _csv(newer=False), "typeform_newer": _csv(newer=True)}
