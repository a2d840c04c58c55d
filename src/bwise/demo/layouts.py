"""The demonstration's records written as real tools write them, with the dirt that real files carry.

Layouts follow the tools' own export code and real exports. Each layout gives headings and a cell per record; the writers at
the end turn them into CSV or XLSX bytes, the same on every machine.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import xlsxwriter

from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question, Questionnaire

START = datetime(2022, 4, 4, 8, 0)
YES = {"fr": "Oui", "nl": "Ja", "sl": "Da", "bg": "Да"}
NO = {"fr": "Non", "nl": "Nee", "sl": "Ne", "bg": "Не"}
OTHER = {"fr": "Autre", "nl": "Anders", "sl": "Drugo", "bg": "Друго", "de": "Sonstiges"}
TIMESTAMP_HEADING = {"nl": "Tijdstempel", "hr": "Vremenska oznaka", "pl": "Sygnatura czasowa", "es": "Marca temporal"}
FORMS_HEADINGS = {
    "it": ("ID", "Ora di inizio", "Ora di completamento", "Posta elettronica", "Nome"),
    "ro": ("ID", "Ora începerii", "Ora finalizării", "E-mail", "Nume"),
    "el": ("ID", "Ώρα έναρξης", "Ώρα ολοκλήρωσης", "Email", "Όνομα"),
}

Cell = Callable[[int, Respondent], object]
Table = list[tuple[str, Cell]]
OTHER_TEXT = {"model": "model_other", "funding": "funding_other", "barriers": "barriers_other"}


class Writer:
    """Answers of one questionnaire in one language, as codes or as text."""

    def __init__(self, questionnaire: Questionnaire, language: str):
        self.questionnaire, self.language = questionnaire, language

    def label(self, question: Question) -> str:
        return question.label(self.language)

    def battery(self, question: Question) -> str:
        return question.battery_labels.get(self.language, "")

    def choice(self, question: Question, code: str) -> str:
        return self.questionnaire.choices(question.name)[code].labels[self.language]

    def one(self, person: Respondent, question: Question) -> str:
        """Label of the answer, of "don't know" too; empty when there is none."""
        code = self.code(person, question)
        return self.choice(question, code) if code else ""

    def code(self, person: Respondent, question: Question) -> str:
        missing = {c.missing: c.name for c in self.questionnaire.choices(question.name).values() if c.missing}
        return str(person.sent(question.name) or missing.get(person.reasons.get(question.name, ""), ""))

    def ticked(self, person: Respondent, question: Question) -> list[str]:
        choices = self.questionnaire.choices(question.name)
        reason = person.reasons.get(f"{question.name}/{next(iter(choices))}", "")
        return [
            c.name for c in choices.values() if person.values.get(f"{question.name}/{c.name}") is True or (reason and c.missing == reason)
        ]

    def text(self, person: Respondent, question: Question) -> str:
        value = person.sent(question.name)
        return "" if value is None else _number(value, ".") if isinstance(value, float) else str(value)

    def hidden(self, person: Respondent, question: Question) -> bool:
        return person.reasons.get(self.questionnaire.columns(question.name)[0]) == "not_shown"

    def questions(self, without_other_texts: bool = False) -> list[Question]:
        found = list(self.questionnaire.questions.values())
        return [q for q in found if not (without_other_texts and q.role == "other")]


def _number(value: float, decimal: str) -> str:
    return f"{value:g}".replace(".", decimal)


def _when(number: int, minutes: int = 0) -> datetime:
    return START + timedelta(hours=5 * number, minutes=minutes)


# ------------------------------------------------------------------ LimeSurvey

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
        lambda n, p: f"{_when(n, 24):%Y-%m-%d %H:%M:%S}" if p.submitted else "",
        lambda n, p: "9" if p.submitted else "2",
        lambda n, p: writer.language,
        lambda n, p: str(1000003 * (n + 7) % 2147483647),
        lambda n, p: CANARIES["token"],
        lambda n, p: f"{_when(n):%Y-%m-%d %H:%M:%S}",
        lambda n, p: f"{_when(n, 24):%Y-%m-%d %H:%M:%S}",
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


# ------------------------------------------------------------------ EUSurvey


def eusurvey(writer: Writer) -> Table:
    columns: Table = []
    for q in writer.questions():
        heading = f"{writer.battery(q)}: {writer.label(q)}" if q.battery else writer.label(q)
        columns.append((heading, _joined_cell(writer, q, "; ")))
    columns += [
        ("Invitation number", lambda n, p: CANARIES["token"]),
        ("Contribution ID", lambda n, p: f"{n + 1:08x}-0000-4000-8000-{abs(hash_text(p.partner.name)):012x}"),
        ("User name", lambda n, p: CANARIES["mail"]),
        ("Creation date", lambda n, p: _when(n)),
        ("Last update", lambda n, p: _when(n, 24)),
        ("Languages", lambda n, p: writer.language.upper()),
    ]
    return columns


def hash_text(text: str) -> int:
    return sum(ord(c) * 257**i for i, c in enumerate(text)) % 16**12


def _joined_cell(writer: Writer, question: Question, separator: str, closing: str = "", other_in_cell: bool = False) -> Cell:
    """One cell per question: labels joined; the text of "other" in place of its label where the tool does so."""

    def label(person: Respondent, code: str) -> str:
        text = person.values.get(OTHER_TEXT.get(question.name, ""))
        return str(text) if other_in_cell and code == "other" and text else writer.choice(question, code)

    def cell(n: int, person: Respondent) -> object:
        if question.kind == "select_multiple":
            return (
                "".join(label(person, c) + closing for c in writer.ticked(person, question))
                if closing
                else separator.join(label(person, c) for c in writer.ticked(person, question))
            )
        if question.kind == "select_one":
            code = writer.code(person, question)
            return label(person, code) if code else ""
        value = person.sent(question.name)
        return value if isinstance(value, float) else writer.text(person, question)

    return cell


# ------------------------------------------------------------------ Google and Microsoft Forms


def google_forms(writer: Writer) -> Table:
    columns: Table = [
        (TIMESTAMP_HEADING[writer.language], lambda n, p: f"{_when(n, 24).day}/{_when(n, 24).month}/{_when(n, 24):%Y %H:%M:%S}"),
        ("Email Address", lambda n, p: CANARIES["mail"]),
    ]
    for q in writer.questions(without_other_texts=True):
        heading = writer.label(q)
        if q.battery:
            heading = f"{writer.battery(q)} [{writer.label(q)}]" if q.kind == "select_one" else f"{writer.battery(q)} - {writer.label(q)}"
        columns.append((heading, _joined_cell(writer, q, ", ", other_in_cell=True)))
    return columns


def microsoft_forms(writer: Writer) -> Table:
    names = FORMS_HEADINGS[writer.language]
    cells: list[Cell] = [
        lambda n, p: str(n + 1),
        lambda n, p: _when(n),
        lambda n, p: _when(n, 24),
        lambda n, p: CANARIES["mail"],
        lambda n, p: CANARIES["name"],
    ]
    columns: Table = list(zip(names, cells, strict=True))
    for q in writer.questions(without_other_texts=True):
        heading = (
            f"{writer.battery(q)}.{writer.label(q)}"
            if q.battery and q.kind == "select_one"
            else f"{writer.battery(q)} {writer.label(q)}".strip()
        )
        columns.append((heading, _joined_cell(writer, q, "", closing=";", other_in_cell=True)))
    return columns


# ------------------------------------------------------------------ KoBoToolbox


def kobo(writer: Writer, labels: bool) -> Table:
    columns: Table = [
        ("start", lambda n, p: f"{_when(n):%Y-%m-%dT%H:%M:%S}.000+03:00"),
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
        ("_submission_time", lambda n, p: f"{_when(n, 24):%Y-%m-%dT%H:%M:%S}" if p.submitted else ""),
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


# ------------------------------------------------------------------ files


def export(layout: str, people: list[Respondent], questionnaire: Questionnaire) -> bytes:
    """The file a partner would send, as bytes."""
    writer = Writer(questionnaire, people[0].partner.language)
    rng = random.Random(f"dirt {people[0].partner.name}")
    if layout.startswith("limesurvey"):
        headings = "code" if "codes" in layout else "code and text" if "code_and_text" in layout else "text"
        table = limesurvey(writer, headings, full_answers=headings != "code")
    else:
        make = {"eusurvey": eusurvey, "google": google_forms, "microsoft": microsoft_forms, "kobo": kobo}[layout.split("_")[0]]
        table = kobo(writer, labels=layout == "kobo_labels") if make is kobo else make(writer)
    rows = [[cell(n, person) for _, cell in table] for n, person in enumerate(people)]
    rows = [[_dirty(value, rng) for value in row] for row in rows]
    names = [heading for heading, _ in table]
    return FILES[layout](names, rows)


def _dirty(value: object, rng: random.Random) -> object:
    """Now and then a no-break space, a trailing space or two spaces in a row, as in real files."""
    if not isinstance(value, str) or " " not in value or rng.random() > 0.03:
        return value
    return rng.choice((value.replace(" ", "\u00a0", 1), value + " ", value.replace(" ", "  ", 1)))


def _csv(
    names: list[str],
    rows: list[list],
    delimiter: str,
    encoding: str,
    quote_all: bool = True,
    decimal: str = ".",
    line_end: str = "\r\n",
    last_blank_line: bool = False,
    dates: str = "%Y-%m-%d %H:%M:%S",
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL, lineterminator=line_end)
    for row in [names, *rows]:
        writer.writerow([_number(v, decimal) if isinstance(v, float) else v.strftime(dates) if isinstance(v, datetime) else v for v in row])
    text = out.getvalue() + (line_end if last_blank_line else "")
    return text.encode(encoding)


def _excel_csv(encoding: str) -> Callable[[list, list], bytes]:
    """Opened in Excel and saved as CSV: semicolons, the Windows code page, decimal comma, `?` never (the page has the letters)."""

    def write(names: list[str], rows: list[list]) -> bytes:
        local = [[v.replace(".", ",") if isinstance(v, str) and _is_decimal(v) else v for v in row] for row in rows]
        return _csv(names, local, ";", encoding, quote_all=False, decimal=",", dates="%d/%m/%Y %H:%M")

    return write


def _is_decimal(text: str) -> bool:
    whole, dot, part = text.partition(".")
    return bool(dot) and whole.isdigit() and part.isdigit() and len(part) < 3


def _xlsx(names: list[str], rows: list[list], sheet: str, preface: bool = False) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm", "strings_to_numbers": False})
    book.set_properties({"created": START})
    page = book.add_worksheet(sheet)
    at = 0
    if preface:
        page.write_row(0, 0, ["Alias", "BWISE_demo"])
        page.write(1, 0, "Export Date")
        page.write_datetime(1, 1, START + timedelta(days=30))
        at = 3
    for number, row in enumerate([names, *rows], at):
        for column, value in enumerate(row):
            if value not in ("", None):
                page.write(number, column, value)
    book.close()
    return out.getvalue()


FILES: dict[str, Callable[[list, list], bytes]] = {
    "limesurvey_codes": lambda n, r: _csv(n, r, ";", "utf-8-sig", last_blank_line=True),
    "limesurvey_code_and_text": lambda n, r: _csv(n, r, ";", "utf-8-sig", last_blank_line=True),
    "limesurvey_text_resaved": _excel_csv("cp1251"),
    "limesurvey_code_and_text_resaved": _excel_csv("cp1250"),
    "limesurvey_xlsx": lambda n, r: _xlsx(n, r, "Enquête B-WISE"),
    "eusurvey": lambda n, r: _xlsx(n, r, "Content", preface=True),
    "google_forms": lambda n, r: _csv(n, r, ",", "utf-8", quote_all=False),
    "google_forms_resaved": _excel_csv("cp1250"),
    "microsoft_forms": lambda n, r: _xlsx(n, r, "Sheet1"),
    "microsoft_forms_resaved": _excel_csv("cp1253"),
    "kobo_names": lambda n, r: _csv(n, r, ";", "utf-8"),
    "kobo_labels": lambda n, r: _csv(n, r, ";", "utf-8"),
}
