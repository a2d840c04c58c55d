"""LimeSurvey's CSV and XLSX, its R data file and its VV file: `application/helpers/admin/export` of its source, and real exports."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

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
CUT = 15  # characters that "abbreviated question text" leaves, unless the field beside it says another number
NOT_SHOWN = "{question_not_shown}"


@dataclass(frozen=True)
class Choices:
    """What is chosen before an export.

    `headings`: code, code and text, or text. `answers`: full, codes, r (codes, ticks as 1 and 0), or stored (codes, numbers as
    the database has them). `in_expressions`: codes as `Q_SQ001`. `longest`: characters of a text in headings, 0 for all.
    `knows_null`: what is NULL in the database is None.
    """

    headings: str
    answers: str = "full"
    in_expressions: bool = False
    longest: int = 0
    knows_null: bool = False


def limesurvey(writer: Writer, chosen: Choices) -> Table:
    """Headings and cells of all columns."""
    return _lime_meta(writer, chosen) + [column for q in writer.questions() for column in _lime_question(writer, q, chosen)]


def _lime_meta(writer: Writer, chosen: Choices) -> Table:
    texts = LIME_META["fr" if writer.language == "fr" and chosen.headings == "text" else "en"]
    names = [_heading(chosen, code, text) for code, text in zip(LIME_META["code"], texts, strict=True)]
    cells: list[Cell] = [
        lambda n, p: str(n + 1),
        lambda n, p: f"{when(n, 24):%Y-%m-%d %H:%M:%S}" if p.submitted else None if chosen.knows_null else "",
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


def _heading(chosen: Choices, code: str, text: str, part: str = "") -> str:
    """`Q[SQ001]. Question [Sub-question]`, or the parts of it that were chosen."""
    whole = _cut(text, chosen.longest) + (f" [{_cut(part, chosen.longest)}]" if part else "")
    if chosen.in_expressions:
        code = re.sub(r"\[(.*)\]", r"_\1", code)
    return {"code": code, "text": whole, "code and text": f"{code}. {whole}"}[chosen.headings]


def _cut(text: str, longest: int) -> str:
    """A few characters more than allowed are left (`ellipsize`)."""
    return text if not longest or len(text) <= longest + 3 else text[:longest] + ".. "


def _lime_code(name: str) -> str:
    """LimeSurvey's question codes have letters and digits only."""
    return name.replace("_", "")


def _lime_question(writer: Writer, question: Question, chosen: Choices) -> Table:
    label, name = writer.label(question), question.name
    if question.role == "other":
        parent = next(q for q, o in OTHER_TEXT.items() if o == name)
        title = writer.label(writer.questionnaire[parent])
        text = _shown(writer, question, chosen, writer.text)
        return [(_heading(chosen, f"{_lime_code(parent)}[other]", title, OTHER[writer.language]), text)]
    if question.kind == "select_multiple":
        columns = []
        for choice in writer.questionnaire.choices(name):
            if choice == "other" and name in OTHER_TEXT:
                continue  # LimeSurvey's own "other" of a multiple choice is one text column
            heading = _heading(chosen, f"{_lime_code(name)}[{_lime_code(choice)}]", label, writer.choice(question, choice))
            columns.append((heading, _shown(writer, question, chosen, lambda p, q, c=choice: _lime_tick(writer, p, q, c, chosen.answers))))
        return columns
    battery = question.battery
    code = f"{_lime_code(battery)}[{_lime_code(name.removeprefix(battery + '_'))}]" if battery else _lime_code(name)
    heading = _heading(chosen, code, writer.battery(question), label) if battery else _heading(chosen, code, label)
    return [(heading, _shown(writer, question, chosen, lambda p, q: _lime_cell(writer, p, q, chosen.answers)))]


def _shown(writer: Writer, question: Question, chosen: Choices, cell: Callable[[Respondent, Question], str]) -> Cell:
    """The cell, or None for NULL: a question that was hidden or on a page never reached, and a number left empty."""

    def shown(n: int, person: Respondent) -> object:
        if not chosen.knows_null:
            return cell(person, question)
        text = cell(person, question)
        never = writer.hidden(person, question) or question.name in _never_reached(writer, person)
        return None if never or (question.is_number and not text) else text

    return shown


def _never_reached(writer: Writer, person: Respondent) -> set[str]:
    """The questions after the last one that somebody who left has answered."""
    names = [] if person.submitted else list(writer.questionnaire.questions)
    answered = [i for i, name in enumerate(names) if any(person.sent(c) is not None for c in writer.questionnaire.columns(name))]
    return set(names[max(answered, default=-1) + 1 :])


def _lime_tick(writer: Writer, person: Respondent, question: Question, choice: str, answers: str) -> str:
    on = choice in writer.ticked(person, question)
    if answers in ("codes", "stored"):
        return "Y" if on else ""
    if writer.hidden(person, question):
        return "" if answers == "r" else "N/A"
    if answers == "r":
        return "1" if on else "0"
    return YES[writer.language] if on else NO[writer.language]


def _lime_cell(writer: Writer, person: Respondent, question: Question, answers: str) -> str:
    if question.kind != "select_one":
        text = writer.text(person, question)
        return f"{float(text):.10f}" if text and question.is_number and answers == "stored" else text
    if answers == "full":
        return (
            OTHER[writer.language]
            if question.name in OTHER_TEXT and writer.code(person, question) == "other"
            else writer.one(person, question)
        )
    code = writer.code(person, question)
    return "-oth-" if code == "other" and question.name in OTHER_TEXT else _lime_code(code)[:5]


def _saved(chosen: Choices, save):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = limesurvey(writer, chosen)
        return save(names_of(table), rows_of(table, people), writer.language)

    return layout


def _as_written(delimiter: str):
    return lambda names, rows, language: csv_bytes(names, rows, delimiter, "utf-8-sig", last_blank_line=True)


def _with_nulls(names: list[str], rows: list[list], language: str) -> bytes:
    """Everything is quoted but NULL (`CsvWriter::csvEscape`)."""
    records = [";".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in row) for row in [names, *rows]]
    return ("\r\n".join(records) + "\r\n\r\n").encode("utf-8-sig")


def _vv(writer: Writer, people: list[Respondent]) -> bytes:
    """Texts with sub-questions in round brackets, codes as in expressions, then answers."""
    texts = names_of(limesurvey(writer, Choices("text", knows_null=True)))
    first = [re.sub(r"\[([^\]]*)\]$", r"(\1)", text) if text.endswith("]") else f"{text} " for text in texts]
    table = limesurvey(writer, Choices("code", "stored", in_expressions=True, knows_null=True))
    rows = [[_vv_cell(value) for value in row] for row in rows_of(table, people)]
    return "".join("\t".join(map(_php_csv, row)) + "\n" for row in [first, names_of(table), *rows]).encode()


def _vv_cell(value: str | None) -> str:
    if value is None:
        return NOT_SHOWN
    text = value.strip()
    for plain, written in (("{", "{lbrace}"), ("\n", "{newline}"), ("\r", "{cr}"), ("\t", "{tab}")):
        text = text.replace(plain, written)
    return re.sub('^"', "{quote}", text)


def _php_csv(text: str) -> str:
    """PHP's `fputcsv` quotes a cell with a space in it, too."""
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\s"\\]', text) else text


LAYOUTS = {
    "limesurvey_codes": _saved(Choices("code", "codes"), _as_written(";")),
    "limesurvey_codes_null": _saved(Choices("code", "codes", knows_null=True), _with_nulls),
    "limesurvey_code_and_text": _saved(Choices("code and text"), _as_written(";")),
    "limesurvey_comma": _saved(Choices("code and text"), _as_written(",")),
    "limesurvey_tab": _saved(Choices("code and text", in_expressions=True), _as_written("\t")),
    "limesurvey_abbreviated_codetext": _saved(Choices("code and text", longest=CUT), _as_written(";")),
    "limesurvey_text_codes": _saved(Choices("text", "codes"), _as_written(";")),
    "limesurvey_r": _saved(Choices("text", "r"), _as_written(",")),
    "limesurvey_vv": _vv,
    "limesurvey_text_resaved": _saved(Choices("text"), excel_csv),
    "limesurvey_code_and_text_resaved": _saved(Choices("code and text"), excel_csv),
    "limesurvey_xlsx": _saved(Choices("text"), lambda n, r, _: xlsx_bytes(n, r, "Enquête B-WISE")),
}
