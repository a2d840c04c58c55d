"""Real exports read word for word, by no code of ours: the truth of files whose questionnaire we do not have.

The questionnaire of such a file is made from the headings and the repeated answers of one file of its survey, and read against all of
them. A heading is a question's if both have the same letters and digits, an answer likewise: whatever the reading takes beyond that
is wrong. KoBo's survey has its XLSForm: there headings and cells are its own names.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from bwise.questionnaire import Question, Questionnaire, load_questionnaire

MOST_ANSWERS, LONGEST, LEAST_REPEATED = 15, 110, 2  # of a question with fixed answers: texts, letters, cells for each text
READ = ("select_one", "select_multiple", "integer", "decimal", "text", "date", "note", "begin_group", "end_group")
CODE = re.compile(r"^\w+(?:\[\w+\])?\. ")
EUSURVEY_ID = re.compile(r"\s*\([A-Z]+\d+\)(?=\s*(?:;|$))")
UNKNOWN = object()  # what a cell says that contradicts another cell of its row
EXTRAS = {"", "ID réponse", "Langue", "RespondentID", "Timestamp", "Submitter", "Submitter Email", "Submission Date", "Creation date"}


def bare(text: str) -> str:
    """The letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text).casefold()


@dataclass(frozen=True)
class Layout:
    """How a file is laid out, as one sees who opens it.

    `headings`: their row, from 1; `rows_below`: of headings below it. `joined`: sign between several answers in a cell. `coded`: a
    heading is `code. text`. `words`: the tool's words for labels. `options`: the question whose options are headings by themselves.
    """

    headings: int = 1
    rows_below: int = 0  # of headings below the first
    encoding: str = "utf-8-sig"
    joined: str = ""
    delimiter: str = ","
    not_shown: str = ""
    coded: bool = False
    words: tuple[tuple[str, str], ...] = ()
    options: str = ""


@dataclass(frozen=True)
class Sheet:
    """`headings` by position, `cells` by row of the file and position."""

    headings: list[str]
    cells: pd.DataFrame
    layout: Layout

    @cached_property
    def questions(self) -> dict[str, int]:
        """Bare heading -> its position; the tool's own columns and headings that stand twice are none."""
        keys = [bare(EUSURVEY_ID.sub("", heading)) for heading in self.headings]
        own = set(map(bare, EXTRAS))
        return {key: position for position, key in enumerate(keys) if key not in own and keys.count(key) == 1}

    def parts(self, cell: str) -> list[str]:
        """The answers in a cell."""
        if not cell or cell == self.layout.not_shown:
            return []
        texts = [text.strip() for text in (cell.split(self.layout.joined) if self.layout.joined else [cell])]
        words = dict(self.layout.words)
        return [words.get(text, EUSURVEY_ID.sub("", text).strip()) for text in texts if text]


def open_sheet(path: Path, layout: Layout) -> Sheet:
    if path.suffix == ".csv":
        with path.open(encoding=layout.encoding, newline="") as file:
            rows = list(csv.reader(file, delimiter=layout.delimiter))
    else:
        frame = pd.read_excel(path, header=None, dtype=str, engine="calamine").fillna("")
        rows = frame.to_numpy().tolist()
    headings = rows[layout.headings - 1]
    if layout.rows_below:
        below = rows[layout.headings]
        title, whole = "", []
        for heading, row in zip(headings, below, strict=True):
            title = heading or title
            whole.append(heading if row in ("", "Response") else f"{title} [{row}]")
        headings = whole
    first = layout.headings + layout.rows_below
    cells = pd.DataFrame(rows[first:], index=range(first + 1, len(rows) + 1)).fillna("")
    return Sheet([CODE.sub("", h) if layout.coded else h for h in headings], cells, layout)


def questionnaire_of(sheet: Sheet, folder: Path) -> Questionnaire:
    """A questionnaire in which each column of a file is a question, and its repeated texts are the answers."""
    survey, choices = [["type", "name", "label"]], [["list_name", "name", "label"]]
    for position in sheet.questions.values():
        label = EUSURVEY_ID.sub("", sheet.headings[position]).strip()
        answers = [sheet.parts(cell) for cell in sheet.cells[position]]
        given = [text for cell in answers for text in cell]
        texts = list(dict.fromkeys(given))
        fixed = 1 < len(texts) <= MOST_ANSWERS and len(given) >= LEAST_REPEATED * len(texts) and max(map(len, texts)) <= LONGEST
        fixed = fixed and len(set(map(bare, texts))) == len(texts)
        kind = "select_multiple" if any(len(cell) > 1 for cell in answers) else "select_one"
        survey.append([f"{kind} l{position}" if fixed else "text", f"q{position}", label])
        choices += [[f"l{position}", f"a{number}", text] for number, text in enumerate(texts, 1) if fixed]
    for name, rows in {"survey": survey, "choices": choices, "settings": [["form_title"], ["of a file"]]}.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return load_questionnaire(folder)


def said(sheet: Sheet, questionnaire: Questionnaire) -> tuple[dict[int, str], pd.DataFrame]:
    """Position -> question or option, and what each cell says in the questionnaire's columns: a code, a tick, a text, or None."""
    targets, truth = {}, {}
    for name, question in questionnaire.questions.items():
        title = bare(question.battery_labels.get("en", "")) + bare(question.labels["en"])
        position = sheet.questions.get(title, sheet.questions.get(bare(question.labels["en"])))
        codes = {bare(choice.labels["en"]): choice.name for choice in questionnaire.choices(name).values()}
        if position is not None:
            targets[position] = name
            truth |= _whole(question, codes, sheet, position)
        elif question.kind == "select_multiple":
            targets |= (ticked := _options(question, codes, sheet))
            ticks = {target: sheet.cells[at].map(lambda text: sheet.parts(text) not in ([], ["No"])) for at, target in ticked.items()}
            given = pd.DataFrame(ticks).any(axis=1)
            truth |= {target: found.astype(object).where(given, None) for target, found in ticks.items()}
    typed = [q for q in questionnaire.questions.values() if f"{q.name}_other" in questionnaire.questions and f"{q.name}_other" not in truth]
    for question in typed:
        alone = sheet.questions.get("other") if sheet.layout.options == question.name else None
        targets |= {alone: f"{question.name}_other"} if alone is not None else {}
        position = alone if alone is not None else next((at for at, target in targets.items() if target == question.name), None)
        if position is not None:
            labels = {bare(choice.labels["en"]) for choice in questionnaire.choices(question.name).values()}
            texts = sheet.cells[position].map(lambda text, known=labels: "; ".join(p for p in sheet.parts(text) if bare(p) not in known))
            truth[f"{question.name}_other"] = texts.where(texts.ne(""), None)
    return targets, pd.DataFrame(truth, index=sheet.cells.index, dtype="object")


def _whole(question: Question, codes: dict[str, str], sheet: Sheet, position: int) -> dict[str, pd.Series]:
    """A question in one column; a text that is no answer is "other" where there is one."""
    cells, name, other = sheet.cells[position], question.name, "other" if "other" in codes.values() else None
    if question.kind == "text":
        return {name: cells.map(lambda text: " ".join(text.split()) or None)}
    if not codes:
        return {name: cells.map(lambda text: _by_kind(text, question.kind))}
    found = cells.map(lambda text: [codes.get(bare(part), other) for part in sheet.parts(text)])
    if question.kind == "select_one":
        return {name: found.map(lambda given: given[0] if given else None)}
    return {f"{name}/{code}": found.map(lambda given, code=code: code in given if given else None) for code in codes.values()}


def _options(question: Question, codes: dict[str, str], sheet: Sheet) -> dict[int, str]:
    """Position -> option, of headings that are the question with the option, or the option alone."""
    title = "" if sheet.layout.options == question.name else bare(question.labels["en"])
    return {sheet.questions[title + key]: f"{question.name}/{code}" for key, code in codes.items() if title + key in sheet.questions}


def numbers_and_texts(sheet: Sheet, questionnaire: Questionnaire) -> pd.DataFrame:
    """What cells of numbers and texts say, of columns headed by the question's code or its text in any language; of others nothing."""
    truth = {c: pd.Series([UNKNOWN] * len(sheet.cells), index=sheet.cells.index) for c in questionnaire.all_columns}
    for question in questionnaire.questions.values():
        texts = [question.name, *(question.battery_labels.get(lang, "") + label for lang, label in question.labels.items())]
        position = next((sheet.questions[bare(text)] for text in texts if bare(text) in sheet.questions), None)
        if position is not None and question.kind in ("integer", "decimal", "text"):
            truth[question.name] = sheet.cells[position].map(lambda text, kind=question.kind: _by_kind(text, kind))
    return pd.DataFrame(truth, dtype=object)


def xlsform(folder: Path, made: Path) -> Questionnaire:
    """KoBo's own form, without the rows of its devices."""
    survey = pd.read_csv(folder / "survey.csv", dtype=str, keep_default_na=False)
    survey[survey["type"].str.split(" ").str[0].isin(READ)].to_csv(made / "survey.csv", index=False)
    (made / "choices.csv").write_bytes((folder / "choices.csv").read_bytes())
    (made / "settings.csv").write_text("form_title\nKoBo\n", encoding="utf-8")
    return load_questionnaire(made)


def said_by_names(path: Path, questionnaire: Questionnaire) -> tuple[dict[int, str], pd.DataFrame]:
    """The same of a file whose headings are names of the form (`question`, `question.choice`) and whose cells are its codes.

    A multiple answer stands there twice, joined and option by option; after somebody cleaned one of them, neither is the truth.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        headings, *rows = csv.reader(file)
    cells = pd.DataFrame(rows, index=range(2, len(rows) + 2))
    targets = {n: h for n, h in enumerate(headings) if h in questionnaire.questions}
    targets |= {n: h.replace(".", "/", 1) for n, h in enumerate(headings) if h.replace(".", "/", 1) in questionnaire.all_columns}
    truth = {}
    for position, name in targets.items():
        kind = questionnaire[name.partition("/")[0]].kind
        if "/" in name:
            question, _, choice = name.partition("/")
            joined = cells[headings.index(question)].str.split()
            ticked = joined.map(lambda given, choice=choice: choice in given if given else None)
            agree = cells[position].map({"True": True, "False": False, "": False}).eq(ticked.eq(True))
            truth[name] = ticked.astype(object).where(agree, UNKNOWN)
        elif kind != "select_multiple":
            truth[name] = cells[position].map(lambda text, kind=kind: _by_kind(text, kind))
    return targets, pd.DataFrame(truth, dtype="object")


def _by_kind(text: str, kind: str) -> str | float | None:
    if not text:
        return None
    return float(text) if kind in ("integer", "decimal") and re.fullmatch(r"-?\d+(\.\d+)?", text) else " ".join(text.split())
