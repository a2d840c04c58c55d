"""LimeSurvey's CSV and XLSX: `application/helpers/admin/export` of its source, and real exports."""

from __future__ import annotations

from bwise.demo.layouts.files import csv_bytes, excel_csv, xlsx_bytes
from bwise.demo.layouts.writer import NO, OTHER, OTHER_TEXT, YES, Cell, Table, Writer, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question

LIME_META = {
    "code": ("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl"),
    "en": (
        "Response ID",
        "Date submitted",
        "Last page",
        "Start language",
        "Seed",
        "Token",
        "Date started",
        "Date last action",
        "IP address",
        "Referrer URL",
    ),
    "fr": (
        "ID de la réponse",
        "Date de soumission",
        "Dernière page",
        "Langue de départ",
        "Tête de série",
        "Code d'accès",
        "Date de lancement",
        "Date de la dernière action",
        "Adresse IP",
        "URL référente",
    ),
}


def limesurvey(writer: Writer, headings: str, full_answers: bool) -> Table:
    """`headings`: code, code and text, or text."""
    return _lime_meta(writer, headings) + [
        column for q in writer.questions() for column in _lime_question(writer, q, headings, full_answers)
    ]


def _lime_meta(writer: Writer, headings: str) -> Table:
    names = LIME_META["code" if headings == "code" else "fr" if writer.language == "fr" else "en"]
    if headings == "code and text":
        names = tuple(f"{c}. {t}" for c, t in zip(LIME_META["code"], LIME_META["en"], strict=True))
    cells: list[Cell] = [
        lambda n, p: str(n + 1),
        lambda n, p: f"{when(n, 24):%Y-%m-%d %H:%M:%S}" if p.submitted else "",
        lambda n, p: "9" if p.submitted else "2",
        lambda n, p: writer.language,
        lambda n, p: str(1000003 * (n + 7) % 2147483647),
        lambda n, p: CANARIES["token"],
        lambda n, p: f"{when(n):%Y-%m-%d %H:%M:%S}",
        lambda n, p: f"{when(n, 24):%Y-%m-%d %H:%M:%S}",
        lambda n, p: CANARIES["ip"],
        lambda n, p: CANARIES["referrer"],
    ]
    return list(zip(names, cells, strict=True))


def _lime_code(name: str) -> str:
    """LimeSurvey's question codes have letters and digits only."""
    return name.replace("_", "")


def _lime_question(writer: Writer, question: Question, headings: str, full: bool) -> Table:
    def heading(code: str, text: str) -> str:
        return {"code": code, "text": text, "code and text": f"{code}. {text}"}[headings]

    label, name = writer.label(question), question.name
    if question.role == "other":
        parent = next(q for q, o in OTHER_TEXT.items() if o == name)
        title = writer.label(writer.questionnaire[parent])
        return [(heading(f"{_lime_code(parent)}[other]", f"{title} [{OTHER[writer.language]}]"), lambda n, p: writer.text(p, question))]
    if question.kind == "select_multiple":
        columns = []
        for choice in writer.questionnaire.choices(name):
            if choice == "other" and name in OTHER_TEXT:
                continue  # LimeSurvey's own "other" of a multiple choice is one text column
            columns.append(
                (
                    heading(f"{_lime_code(name)}[{_lime_code(choice)}]", f"{label} [{writer.choice(question, choice)}]"),
                    lambda n, p, c=choice: _lime_tick(writer, p, question, c, full),
                )
            )
        return columns
    battery = question.battery
    code = f"{_lime_code(battery)}[{_lime_code(name.removeprefix(battery + '_'))}]" if battery else _lime_code(name)
    text = f"{writer.battery(question)} [{label}]" if battery else label
    return [(heading(code, text), lambda n, p: _lime_cell(writer, p, question, full))]


def _lime_tick(writer: Writer, person: Respondent, question: Question, choice: str, full: bool) -> str:
    on = choice in writer.ticked(person, question)
    if not full:
        return "Y" if on else ""
    if writer.hidden(person, question):
        return "N/A"
    return YES[writer.language] if on else NO[writer.language]


def _lime_cell(writer: Writer, person: Respondent, question: Question, full: bool) -> str:
    if question.kind != "select_one":
        return writer.text(person, question)
    if full:
        return (
            OTHER[writer.language]
            if question.name in OTHER_TEXT and writer.code(person, question) == "other"
            else writer.one(person, question)
        )
    code = writer.code(person, question)
    return "-oth-" if code == "other" and question.name in OTHER_TEXT else _lime_code(code)[:5]


def _saved(headings: str, save, full_answers: bool = True):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = limesurvey(writer, headings, full_answers)
        return save(names_of(table), rows_of(table, people), writer.language)

    return layout


def _as_written(names: list[str], rows: list[list], language: str) -> bytes:
    return csv_bytes(names, rows, ";", "utf-8-sig", last_blank_line=True)


LAYOUTS = {
    "limesurvey_codes": _saved("code", _as_written, full_answers=False),
    "limesurvey_code_and_text": _saved("code and text", _as_written),
    "limesurvey_text_resaved": _saved("text", excel_csv),
    "limesurvey_code_and_text_resaved": _saved("code and text", excel_csv),
    "limesurvey_xlsx": _saved("text", lambda n, r, _: xlsx_bytes(n, r, "Enquête B-WISE")),
}
