"""EUSurvey's workbooks and XML: `CommonExcelExportCreator`, `OdfExportCreator`, `XmlExportCreator` of its source, and real exports."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from bwise.demo.layouts.files import csv_bytes, excel_csv, xlsx_bytes
from bwise.demo.layouts.writer import START, Cell, Table, Writer, joined_cell, names_of, number, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.exports.eusurvey import OWN_HEADINGS
from bwise.questionnaire import Question

ALIAS, EXPORTED = "BWISE_demo", START + timedelta(days=30)


def eusurvey(writer: Writer) -> Table:
    return [(_heading(writer, q), joined_cell(writer, q, "; ")) for q in writer.questions()] + _own(writer, "en")


def _heading(writer: Writer, question: Question) -> str:
    label = writer.label(question)
    return f"{writer.battery(question)}: {label}" if question.battery else label


def _own(writer: Writer, language: str) -> Table:
    """EUSurvey's own columns, in the language of the one who exports."""
    cells: list[Cell] = [
        lambda n, p: CANARIES["token"],
        lambda n, p: _contribution(n, p),
        lambda n, p: CANARIES["mail"],
        lambda n, p: when(n),
        lambda n, p: when(n, 24),
        lambda n, p: writer.language.upper(),
    ]
    return list(zip(OWN_HEADINGS[language], cells, strict=True))


def _contribution(n: int, person: Respondent) -> str:
    return f"{n + 1:08x}-0000-4000-8000-{abs(hash_text(person.partner.name)):012x}"


def hash_text(text: str) -> int:
    return sum(ord(c) * 257**i for i, c in enumerate(text)) % 16**12


# ------------------------------------------------------------------ options of the export


def localised(writer: Writer) -> Table:
    """Exported by somebody who reads EUSurvey in the language of the questionnaire."""
    return [(_heading(writer, q), joined_cell(writer, q, "; ")) for q in writer.questions()] + _own(writer, writer.language)


def assigned(writer: Writer) -> Table:
    """With "Show Assigned Values": ids behind headings and answers, numbers as text."""
    ids = _ids(writer)
    columns = [(f"{_heading(writer, q)} ({ids[q.name]})", _with_ids(writer, q, ids)) for q in writer.questions()]
    return columns + _own(writer, writer.language)


def _ids(writer: Writer) -> dict[str, str]:
    """Question, or list of a question or matrix and answer -> the id EUSurvey numbers it with."""
    elements: dict[str, None] = {}
    for q in writer.questions():
        elements[q.name] = None
        for choice in writer.questionnaire.choices(q.name) if q.kind.startswith("select") else ():
            elements[f"{q.battery or q.name}/{choice}"] = None
    return {name: f"ID{n}" for n, name in enumerate(elements, 2)}


def _with_ids(writer: Writer, question: Question, ids: dict[str, str]) -> Cell:
    def cell(n: int, person: Respondent) -> str:
        if question.kind.startswith("select"):
            chosen = [
                f"{writer.choice(question, c)}({ids[f'{question.battery or question.name}/{c}']})"
                for c in _chosen(writer, person, question)
            ]
            return "; ".join(chosen)
        return _text(writer, person, question)

    return cell


def _chosen(writer: Writer, person: Respondent, question: Question) -> list[str]:
    if question.kind == "select_multiple":
        return writer.ticked(person, question)
    return [code] if (code := writer.code(person, question)) else []


def _text(writer: Writer, person: Respondent, question: Question) -> str:
    """A number as Java writes it (`12.0`), or a text."""
    value = person.sent(question.name)
    return str(value) if isinstance(value, float) else writer.text(person, question)


def split(writer: Writer) -> Table:
    """With "Split multiple choice": the column of the question is empty, Yes or No under each of its options."""
    columns: Table = []
    for q in writer.questions():
        if q.kind != "select_multiple":
            columns.append((_heading(writer, q), joined_cell(writer, q, "; ")))
            continue
        columns.append((_heading(writer, q), lambda n, p: ""))
        for choice in writer.questionnaire.choices(q.name):
            columns.append((writer.choice(q, choice), lambda n, p, q=q, c=choice: _yes_or_no(writer, p, q, c)))
    return columns + _own(writer, writer.language)


def _yes_or_no(writer: Writer, person: Respondent, question: Question, choice: str) -> str:
    """EUSurvey looks for `option; ` in all options chosen; nothing chosen is No everywhere."""
    joined = "".join(f"{writer.choice(question, c)}; " for c in writer.ticked(person, question))
    return "Yes" if f"{writer.choice(question, choice)}; " in joined else "No"


# ------------------------------------------------------------------ files


def _workbook(of):
    def layout(writer: Writer, people: list[Respondent]) -> bytes:
        table = of(writer)
        return xlsx_bytes(names_of(table), rows_of(table, people), "Content", preface=True)

    return layout


def _sheet(table: Table, people: list[Respondent]) -> list[list]:
    """All rows of the sheet, the preface too, each as wide as the table."""
    rows = [["Alias", ALIAS], ["Export Date", EXPORTED], [], names_of(table), *rows_of(table, people)]
    return [row + [""] * (len(table) - len(row)) for row in rows]


def _ods(writer: Writer, people: list[Respondent]) -> bytes:
    return _ods_bytes(_sheet(localised(writer), people))


def _resaved(writer: Writer, people: list[Respondent]) -> bytes:
    """Opened in Excel and saved as CSV."""
    first, *rows = _sheet(localised(writer), people)
    return excel_csv(first, rows, writer.language)


def _resaved_pandas(writer: Writer, people: list[Respondent]) -> bytes:
    """Read with pandas, which takes the first row for headings, and saved as CSV."""
    first, *rows = _sheet(localised(writer), people)
    return csv_bytes([name or f"Unnamed: {n}" for n, name in enumerate(first)], rows, ",", "utf-8", quote_all=False, line_end="\n")


SHEET_WIDTH = 100  # 254 in EUSurvey; fewer here, so that the questionnaire of the demonstration goes on on two more sheets


def _continued(writer: Writer, people: list[Respondent]) -> bytes:
    """Too wide for one sheet: the table goes on on Content1 and Content2, each under the preface."""
    header = 3
    rows = _sheet(localised(writer), people)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"})
    book.set_properties({"created": START})
    for n, start in enumerate(range(0, len(rows[0]), SHEET_WIDTH)):
        page = book.add_worksheet(f"Content{n or ''}")
        for line, row in enumerate(rows):
            for column, value in enumerate(row[start : start + SHEET_WIDTH] if line >= header else row[:2]):
                if value != "":
                    page.write(line, column, value)
    book.close()
    return out.getvalue()


ODF = "urn:oasis:names:tc:opendocument:xmlns"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def _ods_bytes(rows: list[list]) -> bytes:
    """An OpenDocument spreadsheet with one sheet, without styles."""
    table = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Content">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", SPREADSHEET), ("content.xml", "text/xml"))
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{ODF}:manifest:1.0" manifest:version="1.2">'
        f"{entries}</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("mimetype", SPREADSHEET), ("content.xml", content), ("META-INF/manifest.xml", manifest)):
            entry = zipfile.ZipInfo(name)  # dated 1980: the same bytes whenever it is written
            archive.writestr(entry, text, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _ods_cell(value: object) -> str:
    if value in ("", None):
        return "<table:table-cell/>"
    if isinstance(value, float):
        kind, shown = f'"float" office:value="{value}"', number(value, ".")
    elif isinstance(value, datetime):
        kind, shown = f'"date" office:date-value="{value:%Y-%m-%dT%H:%M:%S}"', f"{value:%d/%m/%Y %H:%M}"
    else:
        kind, shown = '"string"', escape(str(value)).replace("  ", " <text:s/>")
    return f"<table:table-cell office:value-type={kind}><text:p>{shown}</text:p></table:table-cell>"


# ------------------------------------------------------------------ XML


def _xml(writer: Writer, people: list[Respondent]) -> bytes:
    languages = [Writer(writer.questionnaire, language) for language in sorted({writer.language, "en"})]
    elements = "".join(f"<Elements lang={quoteattr(w.language.upper())}>{_elements(w)}</Elements>" for w in languages)
    answers = "".join(_answer_set(writer, n, person) for n, person in enumerate(people))
    survey = f'<Survey id="20402" uid="{_uid("survey")}" alias="{ALIAS}">{elements}</Survey>'
    text = f'<Results create="{EXPORTED:%Y-%m-%d_%H-%M-%S}">{survey}<Answers>{answers}</Answers></Results>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _uid(name: str) -> str:
    return f"{hash_text(name) % 16**8:08x}-0000-4000-8000-{hash_text(name[::-1]):012x}"


def _element(tag: str, name: str, kind: str, text: str) -> str:
    return f"<{tag} id={quoteattr(_uid(name))} type={quoteattr(kind)}>{escape(text)}</{tag}>"


KINDS = {"select_one": "Single Choice", "select_multiple": "Multiple Choice", "text": "Free Text", "integer": "Number", "decimal": "Number"}


def _elements(writer: Writer) -> str:
    """Questions and answers in one language, with the markup that the editor of EUSurvey leaves in titles."""
    parts = [_element("Section", "section", "Section", "B-WISE")]
    batteries = writer.questionnaire.batteries()
    for q in writer.questions():
        choices = writer.questionnaire.choices(q.name) if q.kind.startswith("select") else ()
        if q.battery and q.kind == "select_one":
            if batteries[q.battery][0] is q:
                parts += _matrix(writer, batteries[q.battery])
            continue
        parts.append(_element("Question", q.name, KINDS[q.kind], f"<p>{_heading(writer, q)}</p>"))
        parts += [_element("Answer", f"{q.name}/{c}", "Choice Answer", writer.choice(q, c)) for c in choices]
    return "".join(parts)


def _matrix(writer: Writer, rows: list[Question]) -> list[str]:
    battery, choices = rows[0].battery, writer.questionnaire.choices(rows[0].name)
    return [
        _element("MatrixTitle", battery, "Matrix", f"<strong>{writer.battery(rows[0])}</strong>"),
        *(_element("MatrixQuestion", q.name, "Single Choice Matrix Question", writer.label(q)) for q in rows),
        *(_element("MatrixAnswer", f"{battery}/{c}", "Matrix Answer", writer.choice(rows[0], c)) for c in choices),
        *(f'<MatrixCell qid="{_uid(q.name)}" aid="{_uid(f"{battery}/{c}")}"></MatrixCell>' for q in rows for c in choices),
    ]


def _answer_set(writer: Writer, n: int, person: Respondent) -> str:
    own = {
        "id": _contribution(n, person),
        "create": f"{when(n):%Y-%m-%d_%H-%M-%S}",
        "last": f"{when(n, 24):%Y-%m-%d_%H-%M-%S}",
        "list": str(n + 71),
        "lang": writer.language.upper(),
        "user": CANARIES["mail"],
        "invitation": CANARIES["token"],
    }
    answers = "".join(_answers(writer, person, q) for q in writer.questions())
    return f"<AnswerSet {' '.join(f'{name}={quoteattr(value)}' for name, value in own.items())}>{answers}</AnswerSet>"


def _answers(writer: Writer, person: Respondent, question: Question) -> str:
    asked = f'qid="{_uid(question.name)}"'
    if question.kind.startswith("select"):
        above = question.battery if question.kind == "select_one" and question.battery else question.name
        return "".join(f'<Answer {asked} aid="{_uid(f"{above}/{c}")}"></Answer>' for c in _chosen(writer, person, question))
    text = _text(writer, person, question)
    return f"<Answer {asked}>{escape(text)}</Answer>" if text else ""


LAYOUTS = {
    "eusurvey": _workbook(eusurvey),
    "eusurvey_assigned": _workbook(assigned),
    "eusurvey_split": _workbook(split),
    "eusurvey_continued": _continued,
    "eusurvey_ods": _ods,
    "eusurvey_resaved": _resaved,
    "eusurvey_resaved_pandas": _resaved_pandas,
    "eusurvey_xml": _xml,
}
