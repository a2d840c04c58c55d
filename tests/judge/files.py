"""A delivery cut into cells, without the readers that are on trial, and written again as a file."""

from __future__ import annotations

import csv
import io
import random
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyreadstat
import xlsxwriter
from python_calamine import CalamineWorkbook

from bwise.demo import PARTNERS, focus_groups, simulate
from bwise.demo.layouts.files import zip_bytes
from bwise.demo.simulation import Partner, Respondent
from bwise.matching import read_delivery
from bwise.questionnaire import Question, Questionnaire, load_questionnaire
from bwise.settings import Delivery

ROOT = Path(__file__).parents[2]
CODES_ONLY = ("limesurvey_codes", "odk", "kobo_names")
CODE_AND_TEXT = {"limesurvey_vv": (1, 0), "qualtrics": (0, 1), "spss": (0, 1)}  # heading row of codes, of texts
CODE_IN_TEXT = "limesurvey_code_and_text"  # both in one heading
ANSWERS_IN_CODES = ("limesurvey_codes", "limesurvey_vv", "odk", "kobo_names")
WHOLE_ANSWER_BESIDE = ("kobo_labels", "kobo_names")  # the options, and once more all of them joined
OTHER_IN_CELL = ("google_forms", "google_forms_download", "microsoft_forms_resaved")  # what is typed stands among the options
ORDER_COUNTS = ("surveymonkey", "typeform")  # options stand under the last question named, or beside their neighbours


@dataclass(frozen=True)
class Format:
    """How the cells become a file: container (text, zip, workbook, sav, xml) and what belongs to it."""

    container: str
    delimiter: str = ""
    encoding: str = ""
    quoting: int = csv.QUOTE_ALL
    member: str = ""
    members: dict[str, bytes] = field(default_factory=dict)
    labels: dict[str, dict] = field(default_factory=dict)  # SPSS: variable -> value -> label
    around: tuple[str, str] = ("", "")  # XML before and after the records


@dataclass(frozen=True)
class Sheet:
    """A delivery as cells: `first` is the row of the first record, heading rows stand above it.

    `targets[c]` is the questionnaire's column that column c answers, "" for none; `order[r]` says which of the people sent stands
    in record r; `formats` are number formats of workbook cells, by (row, column).
    """

    partner: Partner
    rows: list[list]
    first: int
    targets: list[str]
    order: list[int]
    format: Format
    formats: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def questionnaire(self) -> Questionnaire:
        return questionnaire_of(self.partner)

    @property
    def people(self) -> tuple[Respondent, ...]:
        return people_of(self.partner)

    def question(self, column: int) -> Question:
        """The question that a column answers."""
        return self.question_of(self.targets[column])

    def question_of(self, target: str) -> Question:
        return self.questionnaire[target.partition("/")[0]]

    @property
    def records(self) -> list[list]:
        return self.rows[self.first :]

    @property
    def answered(self) -> list[int]:
        """Columns that hold answers to a question."""
        return [c for c, target in enumerate(self.targets) if target]

    @property
    def in_codes(self) -> bool:
        return self.partner.layout in ANSWERS_IN_CODES

    @property
    def code_row(self) -> int | None:
        return 0 if self.partner.layout in CODES_ONLY else CODE_AND_TEXT.get(self.partner.layout, (None,))[0]

    @property
    def code_beside_text(self) -> bool:
        """Whether headings say both the code and the words of what a column asks."""
        return self.partner.layout in CODE_AND_TEXT or self.partner.layout == CODE_IN_TEXT

    def text_row(self, column: int) -> int | None:
        """Where the words stand that say what this column asks; None where headings are codes, or the file is no table."""
        if self.partner.layout in CODES_ONLY or self.format.container == "xml":
            return None
        if self.partner.layout == "surveymonkey":  # the question above, the row of a battery or the option below
            return 1 if self.rows[1][column] not in ("", "Response", "Open-Ended Response") else 0
        return CODE_AND_TEXT.get(self.partner.layout, (None, self.first - 1))[1]

    def with_records(self, records: list[list], order: list[int] | None = None) -> Sheet:
        return replace(self, rows=self.rows[: self.first] + records, order=self.order if order is None else order)

    def with_heading(self, column: int, text: str) -> Sheet:
        rows = [list(row) for row in self.rows[: self.first]] + self.records
        rows[self.text_row(column)][column] = text
        return replace(self, rows=rows)

    def with_column(self, column: int, cells: list) -> Sheet:
        return self.with_records([[*row[:column], cell, *row[column + 1 :]] for row, cell in zip(self.records, cells, strict=True)])

    def cells(self, column: int) -> list:
        return [row[column] for row in self.records]


DELIVERIES: dict[str, Partner] = {p.name: p for p in PARTNERS} | {f"{p.name} focus group": p for p in focus_groups.PARTNERS}
"""Name -> every delivery of the demonstration: answers to the survey, and returns of focus groups."""


def questionnaire_of(partner: Partner) -> Questionnaire:
    return _questionnaire("focus_group" if partner in focus_groups.PARTNERS else "skills_survey")


@lru_cache
def _questionnaire(name: str) -> Questionnaire:
    return load_questionnaire(ROOT / "params" / "questionnaires" / name)


@lru_cache
def people_of(partner: Partner) -> tuple[Respondent, ...]:
    """The records that the partner sent, in their order."""
    simulated = focus_groups.simulate if partner in focus_groups.PARTNERS else simulate
    return tuple(p for p in simulated(questionnaire_of(partner)) if p.partner == partner)


@lru_cache
def sheet(partner: Partner) -> Sheet:
    """The delivery of the demonstration. Only where its headings end, and what each column asks, is taken from the reading that
    `test_demo` proves right cell by cell."""
    path = ROOT / "raw" / "demo" / partner.country / partner.file
    read = read_delivery(
        path, path.name, partner.name, Delivery(partner=partner.name, file=Path(path.name)), questionnaire_of(partner), partner.country
    )
    grid = read.raw.grid
    rows, form = _cut(path.read_bytes(), grid.encoding, grid.delimiter)
    first = {"sav": 2, "xml": 0}.get(form.container, read.raw.header_row)
    rows = rows[:first] + [row for row in rows[first:] if any(cell not in ("", None) for cell in row)]
    targets = [""] * max(map(len, rows))
    for match in read.recognised.matches if form.container != "xml" else ():
        targets[match.column.position] = match.target
    assert len(rows) - first == len(people_of(partner))
    return Sheet(partner, rows, first, targets, list(range(len(rows) - first)), form)


def _cut(content: bytes, encoding: str, delimiter: str) -> tuple[list[list], Format]:
    if content.startswith(b"$FL2"):
        return _cut_sav(content)
    if content.startswith(b"<?xml"):
        before, *sets = content.decode().split("<AnswerSet ")
        last, closing, after = sets[-1].rpartition("</AnswerSet>")
        return [[f"<AnswerSet {s}"] for s in [*sets[:-1], last + closing]], Format("xml", around=(before, after))
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        if "content.xml" in members or "[Content_Types].xml" in members:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            return book.get_sheet_by_index(0).to_python(skip_empty_area=False), Format("workbook", member=book.sheet_names[0])
        member = max(members, key=lambda name: len(members[name]))
        rows, form = _cut(members[member], encoding, delimiter)
        return rows, replace(form, container="zip", member=member, members=members)
    text = content.decode(encoding)
    quoting = csv.QUOTE_ALL if text.startswith('"') else csv.QUOTE_MINIMAL
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), Format("text", delimiter, encoding, quoting)


def _cut_sav(content: bytes) -> tuple[list[list], Format]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        path.write_bytes(content)
        frame, meta = pyreadstat.read_sav(path, user_missing=True)
    rows = [list(frame), [meta.column_names_to_labels[name] or "" for name in frame], *frame.astype(object).to_numpy().tolist()]
    return rows, Format("sav", labels=meta.variable_value_labels)


def write(sheet: Sheet) -> bytes:
    """The cells as the file a partner would send."""
    form = sheet.format
    if form.container == "workbook":
        return _workbook(sheet)
    if form.container == "sav":
        return _sav(sheet)
    if form.container == "xml":
        return "".join([form.around[0], *(row[0] for row in sheet.rows), form.around[1]]).encode()
    out = io.StringIO()
    csv.writer(out, delimiter=form.delimiter, quoting=form.quoting, lineterminator="\r\n").writerows(sheet.rows)
    content = out.getvalue().encode(form.encoding)
    return zip_bytes({**form.members, form.member: content}) if form.container == "zip" else content


def _workbook(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm", "strings_to_urls": False})
    page = book.add_worksheet(sheet.format.member[:31] or None)
    styles = {look: book.add_format({"num_format": look}) for look in set(sheet.formats.values())}
    for number, row in enumerate(sheet.rows):
        for column, value in enumerate(row):
            if value not in ("", None):
                page.write(number, column, value, styles.get(sheet.formats.get((number, column))))
    book.close()
    return out.getvalue()


def _sav(sheet: Sheet) -> bytes:
    names, labels, records = sheet.rows[0], sheet.rows[1], sheet.records
    frame = pd.DataFrame({name: [row[c] for row in records] for c, name in enumerate(names)})
    for c, name in enumerate(names):
        if any(isinstance(row[c], float) for row in records) and not any(isinstance(row[c], str | datetime) for row in records):
            frame[name] = frame[name].astype("float64")
    values = {name: of for name, of in sheet.format.labels.items() if name in frame}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        pyreadstat.write_sav(frame, path, column_labels=labels, variable_value_labels=values)
        return path.read_bytes()


def shuffled(rng: random.Random, items: list) -> list:
    return rng.sample(items, len(items))
