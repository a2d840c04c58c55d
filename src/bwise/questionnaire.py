"""The questionnaire as data: XLSForm sheets in `params/questionnaires/<name>/`, the codebook of a survey.

Format: XLSForm (https://xlsform.org/en/), as its workbook (.xlsx) or as the sheets `survey.csv`, `choices.csv`, `settings.csv`.
Columns of ours, which XLSForm tools ignore: `role`, `concept`, `measure`, `subject`, `unit`, `sensitive` in survey;
`missing` (dont_know, refused, not_applicable), `exclusive` and `classification` (such as NACE Rev. 2) in choices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd

from bwise.paths import OUTSIDE, WHY, leads_out, sheets_hash, sheets_in
from bwise.problems import Problem, did_you_mean, stop
from bwise.sheets import parse_sheet, workbook_sheets

KINDS = {"select_one", "select_multiple", "integer", "decimal", "text", "date"}
NUMBERS = {"integer", "decimal"}
LAYOUT = {"note", "begin_group", "end_group", "begin group", "end group", "start", "end", "today", "calculate"}
MISSING_ANSWERS = {"dont_know", "refused", "not_applicable"}
NEEDED = ("survey", "choices", "settings")
SHEETS = (*NEEDED, "concepts")
LABEL = re.compile(r"^label(?:::.*\((?P<language>[a-z]{2})\))?$")


def in_language(labels: dict[str, str], language: str, otherwise: str = "") -> str:
    """The label in this language, or else in the first one there is."""
    return labels.get(language) or next(iter(labels.values()), otherwise)


@dataclass(frozen=True)
class Choice:
    """One answer of an answer list; `missing` says which kind of non-answer it is, if it is one, `concept` what it stands for,
    `classification` of which official classification, in which version, its name is a code."""

    name: str
    labels: dict[str, str]
    missing: str = ""
    exclusive: bool = False
    concept: str = ""
    classification: str = ""


@dataclass(frozen=True)
class Question:
    """One question. Rows of a battery are questions too; `battery` names the group that holds them.

    `measure` is relevance, endowment, future, …; `subject` is the worker group the answer is about
    (`self`: the respondent's own group); `relevant` holds every condition that must be true for it to be shown.
    """

    name: str
    kind: str
    labels: dict[str, str]
    list_name: str = ""
    battery: str = ""
    battery_labels: dict[str, str] = field(default_factory=dict)
    relevant: tuple[str, ...] = ()
    constraint: str = ""
    role: str = ""
    concept: str = ""
    measure: str = ""
    subject: str = ""
    unit: str = ""
    sensitive: str = ""

    def label(self, language: str = "en") -> str:
        """The question as asked, in this language or else in the first one there is."""
        return in_language(self.labels, language, self.name)

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Concept:
    """What a rated item stands for, whichever question asks for it: a skill, a technology, a kind of support."""

    name: str
    label: str
    domain: str
    domain_label: str
    source: str


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """A whole questionnaire: questions in their order, answer lists, languages, and the concepts its items stand for.

    `sha256`: of the sheets as they were read.
    """

    name: str
    title: str
    questions: dict[str, Question]
    lists: dict[str, dict[str, Choice]]
    languages: tuple[str, ...]
    concepts: dict[str, Concept]
    folder: Path
    sha256: str = ""

    def __getitem__(self, name: str) -> Question:
        if name not in self.questions:
            stop(
                f"The questionnaire `{self.name}` has no such question.",
                Problem(
                    f"`{name}` is not a question",
                    f"questionnaires/{self.folder.name}/survey.csv",
                    remedy=did_you_mean(name, self.questions),
                ),
            )
        return self.questions[name]

    def choices(self, question: str, list_name: str = "") -> dict[str, Choice]:
        """The answers of a question, or of the list that a country used instead."""
        return self.lists.get(list_name or self[question].list_name, {})

    def classification(self, question: str) -> str:
        """The official classification, with its version, that the question's answer list is of; "" for none."""
        return next((c.classification for c in self.choices(question).values() if c.classification), "")

    def columns(self, question: str) -> list[str]:
        """How the question stands in `answers.parquet`: one column, or one per choice for select_multiple."""
        if self[question].kind != "select_multiple":
            return [question]
        return [f"{question}/{choice}" for choice in self.choices(question)]

    @cached_property
    def all_columns(self) -> list[str]:
        return [column for name in self.questions for column in self.columns(name)]

    def with_role(self, role: str, measure: str = "") -> list[Question]:
        """Questions that play this role, in their order."""
        return [q for q in self.questions.values() if q.role == role and (not measure or q.measure == measure)]

    def one(self, role: str) -> Question | None:
        """The question with this role, or None when the questionnaire does not ask it."""
        found = self.with_role(role)
        return found[0] if found else None

    def scale(self, question: str, list_name: str = "") -> dict[str, float]:
        """Numeric value of each code of a rating, empty when the answers are not all numbers."""
        codes = [c.name for c in self.choices(question, list_name).values() if not c.missing]
        try:
            return {code: float(code) for code in codes}
        except ValueError:
            return {}

    def batteries(self) -> dict[str, list[Question]]:
        """Rows of each battery, by its group's name."""
        rows: dict[str, list[Question]] = {}
        for question in self.questions.values():
            if question.battery:
                rows.setdefault(question.battery, []).append(question)
        return rows


def load_questionnaire(folder: Path) -> Questionnaire:
    """Read and check its sheets, CSV or one workbook. While they stay as they are it is the same object: headings and answer lists are
    prepared once.

    Raises:
        ProblemsFound: with every fault of the sheets: a missing sheet or column, an unknown type, a list nobody
            defined, a name used twice.
    """
    folder = Path(folder)
    files, contents = _files(folder)
    return _from_sheets(folder, tuple((path, contents[path.name]) for path in files), sheets_hash(contents))


def questionnaire_sheets(folder: Path) -> dict[str, pd.DataFrame]:
    """Its sheets as they stand in the folder, by name: all text, notes and layout among the questions.

    Raises:
        ProblemsFound: a sheet is missing or cannot be read.
    """
    files, contents = _files(Path(folder))
    return _sheets(Path(folder), tuple((path, contents[path.name]) for path in files))


def _files(folder: Path) -> tuple[list[Path], dict[str, bytes]]:
    """The sheets, or the one workbook, that count; and the content of every file of the folder by its name."""
    if not folder.is_dir():
        there = sorted(path.name for path in folder.parent.glob("*/"))
        remedy = did_you_mean(folder.name, there) if there else "put its sheets there"
        stop(_cannot_use(folder), Problem("the folder does not exist", _shown(folder), remedy=remedy))
    files = sheets_in(folder)
    if linked := [p.name for p in (folder, *files) if leads_out(folder.parents[2], p)]:
        stop(_cannot_use(folder), *[Problem(OUTSIDE, name, WHY, "put the file itself there instead of a link") for name in linked])
    sheets = [path for name in SHEETS if (path := folder / f"{name}.csv").is_file()]
    books = [path for path in files if path.suffix == ".xlsx"]
    if books and (sheets or len(books) > 1):
        names = " and ".join(path.name for path in (*sheets, *books))
        problem = Problem(f"{names} stand side by side", _shown(folder), "nothing tells which of them counts", "keep one questionnaire")
        stop(_cannot_use(folder), problem)
    return sheets or books, {path.name: path.read_bytes() for path in files}


def _sheets(folder: Path, contents: tuple[tuple[Path, bytes], ...]) -> dict[str, pd.DataFrame]:
    sheets = {}
    for path, content in contents:
        sheets |= workbook_sheets(content, path) if path.suffix == ".xlsx" else {path.stem: parse_sheet(content, path)}
    remedy = "save the sheet as CSV with this name, or the whole workbook as .xlsx"
    missing = [Problem(f"the sheet {name}.csv is missing", _shown(folder), remedy=remedy) for name in NEEDED if name not in sheets]
    stop(_cannot_use(folder), *missing)
    return sheets


@lru_cache(maxsize=8)
def _from_sheets(folder: Path, contents: tuple[tuple[Path, bytes], ...], digest: str) -> Questionnaire:
    """The questionnaire in this folder, of the contents of its files."""
    heading, sheets = _cannot_use(folder), _sheets(folder, contents)
    survey, choices, settings = (sheets[name] for name in NEEDED)
    stop(heading, *_missing_columns(survey, ("type", "name"), "survey"), *_missing_columns(choices, ("list_name", "name"), "choices"))
    lists, problems = _lists(choices)
    questions, more = _questions(survey, lists)
    stop(heading, *problems, *more, *_same_rating_twice(questions))
    title = settings.get("form_title", pd.Series(dtype=str))
    return Questionnaire(
        name=folder.name,
        title=title.iloc[0] if len(title) else folder.name,
        questions=questions,
        lists=lists,
        languages=tuple(label_columns(survey)),
        concepts=_concepts(sheets["concepts"]) if "concepts" in sheets else {},
        folder=folder,
        sha256=digest,
    )


def _concepts(sheet: pd.DataFrame) -> dict[str, Concept]:
    """`concepts.csv`, a sheet of ours beside XLSForm's: concept, label, domain, domain_label, source."""
    rows = sheet.to_dict("records")
    return {r["concept"]: Concept(r["concept"], r["label"], r["domain"], r["domain_label"], r["source"]) for r in rows}


def _shown(folder: Path) -> str:
    return f"params/questionnaires/{folder.name}/"


def _cannot_use(folder: Path) -> str:
    return f"The questionnaire in {_shown(folder)} cannot be used."


def _missing_columns(sheet: pd.DataFrame, needed: tuple[str, ...], name: str) -> list[Problem]:
    return [Problem(f"the column `{c}` is missing", f"{name}.csv") for c in needed if c not in sheet.columns]


def label_columns(sheet: pd.DataFrame) -> dict[str, str]:
    """Language -> column; a bare `label` counts as English."""
    found = {c: LABEL.match(c) for c in sheet.columns}
    return {(m["language"] or "en"): c for c, m in found.items() if m}


def _labels(row: dict, columns: dict[str, str]) -> dict[str, str]:
    return {language: row[column] for language, column in columns.items() if row[column].strip()}


def _lists(choices: pd.DataFrame) -> tuple[dict[str, dict[str, Choice]], list[Problem]]:
    lists: dict[str, dict[str, Choice]] = {}
    problems: list[Problem] = []
    columns = label_columns(choices)
    for number, row in zip(choices.index, choices.to_dict("records"), strict=True):
        if not row["list_name"]:
            continue
        where = f"choices.csv, row {number}"
        answers = lists.setdefault(row["list_name"], {})
        if row["name"] in answers:
            problems.append(Problem(f"the answer `{row['name']}` stands twice in the list `{row['list_name']}`", where))
        missing = row.get("missing", "")
        if missing and missing not in MISSING_ANSWERS:
            problems.append(Problem(f"`{missing}` is not a missing reason", where, remedy=did_you_mean(missing, MISSING_ANSWERS)))
        answers[row["name"]] = Choice(
            row["name"],
            _labels(row, columns),
            missing,
            row.get("exclusive", "") == "yes",
            row.get("concept", ""),
            row.get("classification", ""),
        )
    problems += _mixed_classifications(lists)
    return lists, problems


def _mixed_classifications(lists: dict[str, dict[str, Choice]]) -> list[Problem]:
    """The same code may mean something else in another version: one list, one version."""
    found = {name: dict.fromkeys(c.classification for c in answers.values() if c.classification) for name, answers in lists.items()}
    return [
        Problem(f"the list `{name}` mixes {' and '.join(versions)}", "choices.csv", remedy="state one classification for the whole list")
        for name, versions in found.items()
        if len(versions) > 1
    ]


def _questions(survey: pd.DataFrame, lists: dict) -> tuple[dict[str, Question], list[Problem]]:
    questions: dict[str, Question] = {}
    problems: list[Problem] = []
    columns = label_columns(survey)
    groups: list[dict] = []
    for number, row in zip(survey.index, survey.to_dict("records"), strict=True):
        where = f"survey.csv, row {number}"
        kind, _, list_name = row["type"].strip().partition(" ")
        kind, list_name = (row["type"].strip(), "") if row["type"].strip() in LAYOUT else (kind, list_name.strip())
        if kind in ("begin_group", "begin group"):
            groups.append({**row, "labels": _labels(row, columns)})
        elif kind in ("end_group", "end group") and groups:
            groups.pop()
        elif kind in ("end_group", "end group"):
            problems.append(Problem("an end_group has no begin_group", where, remedy="take the row out, or add begin_group above"))
        if kind in LAYOUT or not kind:
            continue
        if kind not in KINDS:
            problems.append(Problem(f"`{kind}` is not a type of question we read", where, remedy=did_you_mean(kind, KINDS)))
        if not row["name"]:
            problems.append(Problem("a question has no name", where, remedy="give it one"))
        if row["name"] in questions:
            problems.append(Problem(f"the question `{row['name']}` stands twice", where))
        if kind.startswith("select") and list_name not in lists:
            problems.append(Problem(f"no answers are defined for the list `{list_name}`", where, remedy=did_you_mean(list_name, lists)))
        group = groups[-1] if groups and groups[-1]["labels"] else None
        conditions = [g.get("relevant", "") for g in groups] + [row.get("relevant", "")]
        questions[row["name"]] = Question(
            name=row["name"],
            kind=kind,
            labels=_labels(row, columns),
            list_name=list_name,
            battery=group["name"] if group else "",
            battery_labels=group["labels"] if group else {},
            relevant=tuple(c for c in conditions if c),
            constraint=row.get("constraint", ""),
            **{k: row.get(k, "") for k in ("role", "concept", "measure", "subject", "unit", "sensitive")},
        )
    problems += [
        Problem(f"the begin_group `{g['name']}` has no end_group", "survey.csv", remedy="add end_group below its last question")
        for g in groups
    ]
    return questions, problems


def _same_rating_twice(questions: dict[str, Question]) -> list[Problem]:
    """Two questions for one measure of one skill about the same people: a table could show only one of them."""
    seen: dict[tuple[str, str, str], str] = {}
    problems = []
    for q in questions.values():
        if q.role == "skill" and q.concept and seen.setdefault((q.concept, q.subject, q.measure), q.name) != q.name:
            first = seen[q.concept, q.subject, q.measure]
            problems.append(
                Problem(
                    f"`{first}` and `{q.name}` ask for the same measure of {q.concept}", "survey.csv", remedy="make one question of them"
                )
            )
    return problems
