"""SurveyMonkey: CSV of all responses with two heading rows, an option per column or condensed."""

from __future__ import annotations

from itertools import groupby

from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.writer import OTHER_TEXT, Cell, Table, Writer, joined_cell, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question

OWN: Table = [
    ("Respondent ID", lambda n, p: str(118040000000 + 7919 * n)),
    ("Collector ID", lambda n, p: "431598762"),
    ("Start Date", lambda n, p: f"{when(n):%m/%d/%Y %H:%M:%S}"),
    ("End Date", lambda n, p: f"{when(n, 24):%m/%d/%Y %H:%M:%S}"),
    ("IP Address", lambda n, p: CANARIES["ip"]),
    ("Email Address", lambda n, p: CANARIES["mail"]),
    ("First Name", lambda n, p: CANARIES["name"]),
    ("Last Name", lambda n, p: CANARIES["name"]),
    ("Custom Data 1", lambda n, p: CANARIES["token"]),
]

SPECIFY = {"en": "please specify", "de": "bitte angeben", "nl": "graag toelichten", "fr": "veuillez préciser", "bg": "моля, посочете"}
SPECIFY |= {"hr": "navedite", "el": "διευκρινίστε", "it": "specificare", "lv": "lūdzu, norādiet", "pl": "proszę podać"}
SPECIFY |= {"ro": "precizați", "sl": "navedite", "es": "especifique"}


def surveymonkey(writer: Writer, condensed: bool) -> tuple[list[str], Table]:
    """The first heading row, and the columns under the headings of the second."""
    titles, columns = names_of(OWN), [("", cell) for _, cell in OWN]
    for _, block in groupby(writer.questions(without_other_texts=True), lambda q: q.battery or q.name):
        questions = list(block)
        title = writer.battery(questions[0]) or writer.label(questions[0])
        parts = _battery(writer, questions) if questions[0].battery else _question(writer, questions[0], condensed)
        titles += [title] + [""] * (len(parts) - 1)
        columns += parts
    return titles, columns


def _battery(writer: Writer, questions: list[Question]) -> Table:
    return [(writer.label(q), joined_cell(writer, q, "")) for q in questions]


def _question(writer: Writer, question: Question, condensed: bool) -> Table:
    if not question.kind.startswith("select"):
        return [("Open-Ended Response", joined_cell(writer, question, ""))]
    other = OTHER_TEXT.get(question.name)
    codes = [c for c in writer.questionnaire.choices(question.name) if not (other and c == "other")]
    columns: Table = [("Response", _cell(writer, question, codes))]
    if question.kind == "select_multiple" and not condensed:
        columns = [(writer.choice(question, c), _cell(writer, question, [c])) for c in codes]
    if other:
        text = writer.questionnaire[other]
        columns.append((f"{writer.choice(question, 'other')} ({SPECIFY[writer.language]})", lambda n, p: writer.text(p, text)))
    return columns


def _cell(writer: Writer, question: Question, codes: list[str]) -> Cell:
    """Labels of the answers that have a column of their own or share this one; that of "other" is in its field."""

    def cell(n: int, person: Respondent) -> str:
        given = writer.ticked(person, question) if question.kind == "select_multiple" else [writer.code(person, question)]
        return ", ".join(writer.choice(question, c) for c in given if c in codes)

    return cell


def _csv(condensed: bool):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        titles, columns = surveymonkey(writer, condensed)
        return csv_bytes(titles, [names_of(columns), *rows_of(columns, people)], ",", "utf-8", quote_all=False)

    return layout


LAYOUTS = {"surveymonkey": _csv(condensed=False), "surveymonkey_condensed": _csv(condensed=True)}
