"""Row-level corrections: what an analyst knows of single answers and records, stated in a file, each made once and recorded.

A correction says which answer it expects to find. Where a new export brings another one the run stops: nothing is overwritten
that nobody has looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from bwise.cleaning import KEEP, MISSING_REASONS, Country, as_text, question_reasons, record_change
from bwise.exports.containers import decodings, grids
from bwise.exports.table import Grid
from bwise.masking import mask
from bwise.matching.dates import date_order, parse_date
from bwise.matching.numbers import parse_number
from bwise.problems import Problem, did_you_mean, nearest, stop
from bwise.questionnaire import Choice, Question, Questionnaire
from bwise.settings import COUNTRY_CODES, CountrySettings, FocusGroupSettings, Project, corrections_file
from bwise.text import as_typed, tidy

COLUMNS = ("kind", "delivery", "respondent", "question", "expected", "new", "reason", "by", "date")
KINDS = ("set", "blank", "exclude", "merge", KEEP)
CORRECTION = "correction"  # the rule under which changes and exclusions are recorded
SETTLED = "settled at the source"  # in place of the kind of a correction whose answer stands in the export by now
BLANKS = tuple(reason for reason in MISSING_REASONS if reason != "not_asked")  # "not asked" is all or none per delivery
NOTHING_SAID = ("no_answer", "not_shown", "not_asked")  # reasons for which a merged record may tell more
# What Excel's plain "CSV" is written in, where it is not the code page of Western Europe.
EXCEL_PAGES = {"BG": "cp1251", "EL": "cp1253", "HR": "cp1250", "LV": "cp1257", "PL": "cp1250", "RO": "cp1250", "SI": "cp1250"}
READ = "read"  # in `attrs` of corrections: file -> its sha256
CANNOT_READ = "The corrections cannot be read. Nothing was corrected, nothing saved."
CANNOT_CORRECT = "Some corrections cannot be made. Nothing was corrected, nothing saved."


# ------------------------------------------------------------------ the file


def load_corrections(project: Project, settings: CountrySettings, questionnaire: Questionnaire) -> pd.DataFrame:
    """The corrections of a country's survey, or of its focus group, as the file states them; none where there is no file.

    Any encoding and delimiter with which Excel saves a CSV is read. Answers are brought into the form in which they are stored
    (11,0 is 11; several codes stand in the order of the questionnaire); whether they can be made is for `correct` to say.

    Returns:
        One row per correction with the columns `COLUMNS`, all text; the index is the line in the file, as a spreadsheet counts; in
        `attrs`, the hash of the file as it was read.

    Raises:
        ProblemsFound: the file cannot be read, has other columns, or a name under which it would never be read.
    """
    _check_names(project, settings)
    name = corrections_file(settings.country, settings.part)
    path = project.file(name)
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS, dtype="str", index=pd.RangeIndex(0, name="line"))
    data = path.read_bytes()
    found = _lines(_grid(data, name, settings.country), name)
    found.attrs[READ] = {name: hashlib.sha256(data).hexdigest()}
    if len(settings.deliveries) == 1:
        found.loc[found["delivery"].eq(""), "delivery"] = settings.delivery_names()[0]
    order = date_order(found["date"])
    found["date"] = [day.isoformat() if (day := parse_date(text, order)) else text for text in found["date"]]
    for column in ("expected", "new"):
        answers = found["kind"].isin(["set", "blank"]) & found["question"].isin(list(questionnaire.questions))
        found.loc[answers, column] = [
            _as_stored(questionnaire[question], text, questionnaire)
            for question, text in zip(found.loc[answers, "question"], found.loc[answers, column], strict=True)
        ]
    return found


def amended(project: Project, settings: CountrySettings, out: set[int], expected: dict[int, str], more: pd.DataFrame) -> pd.DataFrame:
    """The file of corrections without the lines `out`, with other answers expected (line -> answer), and with more lines at its end."""
    path = project.file(corrections_file(settings.country, settings.part))
    lines = pd.DataFrame(columns=COLUMNS, dtype="str")
    if path.is_file():
        lines = _lines(_grid(path.read_bytes(), path.name, settings.country), path.name)
    for line, answer in expected.items():
        lines.loc[line, "expected"] = answer
    return pd.concat([lines.drop(index=sorted(out)), more], ignore_index=True)[list(COLUMNS)]


def _check_names(project: Project, settings: CountrySettings) -> None:
    """A file of corrections that nobody would read is a correction dropped in silence."""
    codes = [settings.country, *(other for other, code in COUNTRY_CODES.items() if code == settings.country)]
    ours = re.compile(rf"({'|'.join(codes)})([^a-z].*)?corr", re.IGNORECASE)
    survey, focus_group = corrections_file(settings.country), corrections_file(settings.country, FocusGroupSettings.part)
    known = {survey, *(corrections_file(part.country, part.part) for part in settings.parts())}
    stray = [name for p in sorted(project.params.iterdir()) if ours.match(p.name) and (name := f"params/{p.name}") not in known]
    why = "its corrections would be lost in silence"
    unasked = "add `focus_group:` to the settings of the country, or take the file out of params/"
    rename = f"name it {survey}, or {focus_group} for the focus group, saved as CSV; or take it out of params/"
    stop(CANNOT_READ, *[Problem("this file is not read", name, why, unasked if name == focus_group else rename) for name in stray])


def _grid(data: bytes, name: str, country: str) -> Grid:
    """The reading of the file whose first row has the most of our columns."""
    remedy = "save it in Excel as “CSV UTF-8”, or delete it if nothing is to be corrected"
    if not data.strip():
        stop(CANNOT_READ, Problem("the file is empty", name, remedy=remedy))
    page, possible = EXCEL_PAGES.get(country, "cp1252"), [name for name, _ in decodings(data)]
    encoding = next((e for e in possible if e.startswith("utf")), page)
    if encoding not in possible:
        stop(CANNOT_READ, Problem(f"the file is neither UTF-8 nor {page}, which Excel uses in this country", name, remedy=remedy))
    found = list(grids(data, name, encoding))
    if not found:
        stop(CANNOT_READ, Problem("the file has only one column", name, remedy=f"its columns must be {', '.join(COLUMNS)}"))
    return max(found, key=lambda grid: len(set(COLUMNS) & set(_headings(grid))))


def _headings(grid: Grid) -> list[str]:
    return [tidy(text).casefold() for text in grid.cells.iloc[0]]


def _lines(grid: Grid, name: str) -> pd.DataFrame:
    """The lines below the headings; empty ones, and empty columns that Excel left behind, do not count."""
    cells = grid.cells.map(lambda cell: as_typed(tidy(cell))).set_axis(_headings(grid), axis=1).iloc[1:].rename_axis("line")
    cells = cells.loc[cells.ne("").any(axis=1), [bool(h) or cells.iloc[:, n].ne("").any() for n, h in enumerate(cells.columns)]]
    headings = list(cells.columns)
    if not {"kind", "expected", "new"} & set(headings):  # a first line of answers must not be repeated
        stop(CANNOT_READ, Problem("the first line does not hold the headings", name, remedy=f"they are {', '.join(COLUMNS)}"))
    problems = [
        Problem(f"the column `{c}` is missing", name, remedy=f"the columns are {', '.join(COLUMNS)}") for c in COLUMNS if c not in headings
    ]
    for heading in dict.fromkeys(h for h in headings if h not in COLUMNS or headings.count(h) > 1):
        what = f"the column `{heading}` stands twice" if heading in COLUMNS else f"`{heading}` is not a column of corrections"
        remedy = "take one out" if heading in COLUMNS else did_you_mean(heading, COLUMNS)
        problems.append(
            Problem(what if heading else "a column has no heading, but text", name, remedy=remedy if heading else "take it out")
        )
    stop(CANNOT_READ, *problems)
    return cells[list(COLUMNS)]


def _as_stored(question: Question, text: str, questionnaire: Questionnaire) -> str:
    """An answer in the form in which it is stored; as it stands where it is none of the question."""
    if question.is_number and (number := parse_number(text, whole=question.kind == "integer")) is not None:
        return as_text(float(number))
    if question.kind == "select_multiple":
        codes = [code.strip() for code in text.split(";") if code.strip()]
        known = list(questionnaire.choices(question.name))
        return ";".join(sorted(dict.fromkeys(codes), key=lambda code: known.index(code) if code in known else len(known)))
    if question.kind == "date" and (day := parse_date(text)):
        return day.isoformat()
    return text


# ------------------------------------------------------------------ what is there


class Line(NamedTuple):
    """One correction, with the positions of the records it speaks of (-1 where there is none)."""

    line: int
    kind: str
    delivery: str
    respondent: str
    question: str
    expected: str
    new: str
    reason: str
    by: str
    date: str
    position: int = -1
    merged: int = -1


@dataclass
class _Answers:
    """The answers of a country by question, several codes joined: what corrections expect and state."""

    country: Country

    def choices(self, question: str, position: int) -> dict[str, Choice]:
        """Answers that the delivery of this record offered."""
        delivery = self._deliveries[self.country.rows.at[position, "delivery"]]
        other = "" if question in delivery.rescale else delivery.scales.get(question, "")
        found = self.country.questionnaire.choices(question, other)
        if self.country.questionnaire[question].kind != "select_multiple":
            return found
        offered = self.country.reasons.loc[position, self.country.questionnaire.columns(question)].ne("not_asked")
        return {code: choice for code, choice in found.items() if offered.get(f"{question}/{code}", False)}

    @cached_property
    def _deliveries(self) -> dict[str, Any]:
        return {read.name: read.delivery for read in self.country.deliveries}

    def reason(self, question: str, position: int) -> str:
        """Why there is no answer, "" where there is one."""
        reasons = [self.country.reasons.at[position, column] for column in self.country.questionnaire.columns(question)]
        return next((reason for reason in reasons if reason != "not_asked"), "not_asked")

    def reason_after(self, line: Line) -> str:
        """Why there is no answer once this line is made, "" where there will be one."""
        if line.kind == "blank":
            return line.new or "no_answer"
        choice = self.choices(line.question, line.position).get(line.new)
        return choice.missing if choice else ""

    def told(self, question: str, position: int) -> str:
        """The answer as text: a code, codes joined by `;`, a number, a text; "" where there is none."""
        if self.reason(question, position):
            return ""
        columns = self.country.questionnaire.columns(question)
        if self.country.questionnaire[question].kind != "select_multiple":
            return as_text(self.country.values.at[position, question])
        ticked = [c for c in columns if pd.notna(v := self.country.values.at[position, c]) and bool(v)]
        return ";".join(column.partition("/")[2] for column in ticked)


# ------------------------------------------------------------------ making them


def correct(country: Country, corrections: pd.DataFrame) -> Country:
    """The country with all corrections made: call it after `gather` and before `apply_skip_logic`.

    Every changed cell is recorded under the rule `correction N` (N: line in the file), every excluded record under `correction`.
    Merging fills what the first record leaves open from the second, which is then excluded. What is to be kept, `exclude` keeps.

    Raises:
        ProblemsFound: with every correction that cannot be made: no such record or question, another answer than expected, a
            value that is no answer to the question, no reason, name or date, a cell corrected twice, records that differ.
    """
    country = replace(country, inputs=country.inputs | corrections.attrs.get(READ, {}))
    if corrections.empty:
        return country
    lines, done, problems = _tried(country, corrections)
    stop(CANNOT_CORRECT, *[problem for _, problem in problems])
    out = [(position, CORRECTION, line.reason) for line in lines if (position := _left_out(line)) != -1]
    if out:
        done.exclusions = pd.concat([done.exclusions, pd.DataFrame(out, columns=list(done.exclusions))], ignore_index=True)
    made = corrections.assign(position=[line.position for line in lines])
    made.loc[_settled(country, lines), "kind"] = SETTLED
    return replace(done, corrections=made)


def misfits(country: Country, corrections: pd.DataFrame) -> list[tuple[int, Problem]]:
    """Corrections that cannot be made, as (line in the file, problem): what `correct` would stop for. Nothing is changed."""
    return _tried(country, corrections)[2]


def waiting(country: Country, corrections: pd.DataFrame) -> list[int]:
    """Lines of the file about a question that has no column in their delivery so far, while some of its columns are open."""
    answers, names = _Answers(country), _with_open_columns(country)
    lines = [line for line in _located(country, corrections)[0] if line.delivery in names and line.position != -1]
    asked = country.questionnaire.questions
    return [line.line for line in lines if line.question in asked and answers.reason(line.question, line.position) == "not_asked"]


def _with_open_columns(country: Country) -> set[str]:
    return {delivery.name for delivery in country.deliveries if not all(m.settled for m in delivery.recognised.matches)}


def settled(country: Country, corrections: pd.DataFrame) -> list[int]:
    """Lines of the file that nothing is left to do for: the partner has corrected the export, or params read the answer by now.

    Such a line says what was there before (`expected`) and finds what it would write (`new`).
    """
    return _settled(country, _located(country, corrections)[0])


def _settled(country: Country, lines: list[Line]) -> list[int]:
    answers = _Answers(country)
    return [line.line for line in lines if _is_settled(country, answers, line)]


def answers_now(country: Country, corrections: pd.DataFrame) -> dict[int, str]:
    """Line of the file -> the answer it finds, or why there is none, where this is all that keeps the line from being made."""
    answers, problems = _Answers(country), misfits(country, corrections)
    lines = {line.line: line for line in _located(country, corrections)[0]}
    found = {}
    for number in dict.fromkeys(number for number, _ in problems):
        line = lines[number]
        if line.kind not in ("set", "blank") or line.position == -1 or line.question not in country.questionnaire.questions:
            continue
        reason = answers.reason(line.question, line.position)
        expecting = line._replace(expected=reason or answers.told(line.question, line.position))
        if not list(_faults(country, answers, expecting)) and sum(n == number for n, _ in problems) == 1:
            found[number] = expecting.expected
    return found


def to_keep(country: Country, corrections: pd.DataFrame) -> pd.DataFrame:
    """The corrections that keep a record which a rule would leave out: line -> position, expected (the rule)."""
    lines, _ = _located(country, corrections[corrections["kind"].eq(KEEP)])
    found = pd.DataFrame(lines, columns=Line._fields).set_index("line")
    return found.loc[found["position"].ne(-1), ["position", "expected"]]


def _tried(country: Country, corrections: pd.DataFrame) -> tuple[list[Line], Country, list[tuple[int, Problem]]]:
    """The corrections made on a copy of the country as far as they can be, and the problems of the others, by line."""
    lines, problems = _located(country, corrections)
    answers = _Answers(country)
    for line in lines:
        problems += [(line.line, problem) for problem in _faults(country, answers, line)]
    problems += _repeated(country, lines)
    sound = [line for line in lines if line.line not in {number for number, _ in problems}]
    done = replace(country, values=country.values.copy(), reasons=country.reasons.copy(), national=country.national.copy())
    for line in sound:
        if line.kind in ("set", "blank"):
            _answer(done, line)
    decided = {(line.position, line.question) for line in lines if line.kind in ("set", "blank")}
    for line in sound:
        if line.kind == "merge":
            problems += [(line.line, problem) for problem in _merge(done, line, decided)]
    return lines, done, sorted(problems, key=lambda found: found[0])


def _left_out(line: Line) -> int:
    """The record that a line excludes, -1 for none."""
    return {"exclude": line.position, "merge": line.merged}.get(line.kind, -1)


def _place(country: Country, line: int) -> str:
    return f"{corrections_file(country.settings.country, country.settings.part)}, line {line}"


def _located(country: Country, corrections: pd.DataFrame) -> tuple[list[Line], list[tuple[int, Problem]]]:
    """The corrections with the positions of their records, and the problems of those that name none."""
    names = country.settings.delivery_names()
    records = {name: _records(country, name) for name in names}
    lines, problems = [], []
    for row in corrections.itertuples(name=None):
        line = Line(*row)
        where = _place(country, line.line)
        if line.delivery not in names:
            what = f"`{line.delivery}` is not a delivery" if line.delivery else "the delivery is missing"
            problems.append((line.line, Problem(what, where, remedy=did_you_mean(line.delivery, names))))
            lines.append(line)
            continue
        found = {}
        for key, who in (("position", line.respondent), *([("merged", line.new)] if line.kind == "merge" else [])):
            positions = records[line.delivery].get(who, [])
            found[key] = positions[0] if len(positions) == 1 else -1
            if len(positions) != 1:
                problems.append((line.line, _no_record(country, line, who, records[line.delivery])))
        lines.append(line._replace(**found))
    return lines, problems


def _records(country: Country, delivery: str) -> dict[str, list[int]]:
    """`row N`, and the tool's identifier where there is one -> positions."""
    rows = country.rows[country.rows["delivery"].eq(delivery)]
    found: dict[str, list[int]] = {f"row {number}": [position] for position, number in rows["source_row"].items()}
    for position, told in rows["respondent_id"].dropna().items():
        if tidy(told):
            found.setdefault(tidy(told), []).append(position)
    return found


def _no_record(country: Country, line: Line, who: str, records: dict[str, list[int]]) -> Problem:
    """Identifiers are those of persons: the nearest one is told by its row."""
    where = f"{_place(country, line.line)}; delivery {line.delivery}"
    if not who:
        column = "new" if line.kind == "merge" and line.respondent else "respondent"
        return Problem(
            f"the column `{column}` names no record", where, remedy="write the tool's id of the response, or `row` and its row in the file"
        )
    if len(records.get(who, ())) > 1:
        rows = [f"row {country.rows.at[p, 'source_row']}" for p in records[who]]
        return Problem(f"{len(rows)} records have this id", where, remedy=f"write one of: {', '.join(rows)}")
    near = nearest(who, records)
    row = f"row {country.rows.at[records[near][0], 'source_row']}" if near else ""
    remedy = f"did you mean the record in {row}?" if row else "take the id from the export, or write `row` and its row in the file"
    return Problem("no record of this delivery has this id or row", where, why="the correction would be lost in silence", remedy=remedy)


def _faults(country: Country, answers: _Answers, line: Line) -> Iterator[Problem]:
    """What keeps a correction from being made, one by one."""
    where = _place(country, line.line)
    if line.kind not in KINDS:
        yield Problem(
            f"`{line.kind}` is not a kind of correction" if line.kind else "the kind is missing",
            where,
            remedy=did_you_mean(line.kind, KINDS),
        )
    for column in ("reason", "by"):
        if not getattr(line, column):
            yield Problem(
                f"the column `{column}` is empty", where, why="nobody could tell later why the answer was changed", remedy="fill it in"
            )
    if not _is_date(line.date):
        yield Problem("the date is missing, or not a day beyond doubt", where, remedy="write year, month, day: 2022-05-31")
    unused = {"exclude": ("question", "expected", "new"), "merge": ("question", "expected"), KEEP: ("question", "new")}.get(line.kind, ())
    for column in unused:
        if getattr(line, column):
            yield Problem(f"`{line.kind}` has no use for the column `{column}`", where, remedy="leave it empty, or use `set` or `blank`")
    if line.kind == KEEP and line.expected not in (rules := country.settings.exclude):
        what = f"`{line.expected}` is not a rule by which records are left out here" if line.expected else "`expected` names no rule"
        remedy = f"write the rule that leaves the record out: {', '.join(rules)}" if rules else "take the line out: every record is kept"
        yield Problem(what, where, remedy=remedy)
    if line.kind == "merge" and line.position == line.merged != -1:
        yield Problem("a record cannot be merged with itself", where, remedy="write the second record into the column `new`")
    if line.kind in ("set", "blank"):
        yield from _faults_of_answer(country, answers, line, where)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _faults_of_answer(country: Country, answers: _Answers, line: Line, where: str) -> Iterator[Problem]:
    questions = country.questionnaire.questions
    if line.question not in questions:
        what = f"`{line.question}` is not a question" if line.question else "the question is missing"
        yield Problem(what, where, remedy=did_you_mean(line.question.partition("/")[0], questions))
        return
    if line.position == -1:
        return
    where = f"{where}; {line.question}, {line.delivery}, row {country.rows.at[line.position, 'source_row']}"
    reason = answers.reason(line.question, line.position)
    if reason == "not_asked":
        why = "a question is asked of all or of none in a delivery; one answer would count the others as refusals"
        do = "take the line out, or correct the question"
        if line.delivery in _with_open_columns(country):
            do = f"first say what the open columns are: bwise check {country.settings.country}; one of them may be it"
        yield Problem("the question was not asked in this delivery", where, why=why, remedy=do)
        return
    yield from _wrong_value(country, answers, line, where)
    yield from _wrong_guard(country, answers, line, where)


def _wrong_guard(country: Country, answers: _Answers, line: Line, where: str) -> Iterator[Problem]:
    """The answer is another than the correction expects, or already the new one; open answers are not repeated."""
    reason, told = answers.reason(line.question, line.position), answers.told(line.question, line.position)
    after = answers.reason_after(line)
    if _is_settled(country, answers, line):
        return
    if (reason, told) == (after, "" if after else line.new):
        yield Problem("it is answered like this already", where, remedy="take the line out, or correct `new`")
    elif line.expected not in ({"", reason} if reason else {told}):
        now = f"there is no answer ({reason})" if reason else "the answer now is another one"
        closed = told and country.questionnaire[line.question].kind.startswith("select")
        remedy = f"look at the export{f' (the answer now is `{told}`)' if closed else ''}, then correct `expected`, or take the line out"
        yield Problem(f"{now}, not what `expected` says", where, "an answer nobody has looked at would be overwritten", remedy)


def _is_settled(country: Country, answers: _Answers, line: Line) -> bool:
    """Whether the new answer stands there already, and the one expected is another that could have stood there before."""
    if line.kind not in ("set", "blank") or line.position == -1 or line.question not in country.questionnaire.questions:
        return False
    reason, told = answers.reason(line.question, line.position), answers.told(line.question, line.position)
    after = answers.reason_after(line)
    if (reason, told) != (after, "" if after else line.new) or line.expected in ({"", reason} if reason else {told}):
        return False
    before = line._replace(kind="set", new=line.expected)
    return line.expected in ("", *BLANKS) or not list(_wrong_value(country, answers, before, ""))


def _wrong_value(country: Country, answers: _Answers, line: Line, where: str) -> Iterator[Problem]:
    """`new` is nothing that can stand in this cell."""
    question = country.questionnaire[line.question]
    if line.kind == "blank":
        if line.new and line.new not in BLANKS:
            yield Problem(f"`{line.new}` is not a reason for a missing answer", where, remedy=did_you_mean(line.new, BLANKS))
    elif not line.new:
        yield Problem("`new` is empty", where, remedy="write the answer, or use `blank` to take it away")
    elif question.kind.startswith("select"):
        yield from _wrong_codes(question, answers.choices(line.question, line.position), line.new, where)
    elif question.is_number and (not _is_number(line.new) or (question.kind == "integer" and not float(line.new).is_integer())):
        yield Problem(
            "`new` is not a whole number" if question.kind == "integer" else "`new` is not a number", where, remedy="write digits: 12"
        )
    elif question.kind == "date" and not _is_date(line.new):
        yield Problem("`new` is not a date", where, remedy="write year, month, day: 2022-05-31")
    elif question.kind == "text" and line.new in MISSING_REASONS:
        yield Problem(f"`{line.new}` says why an answer is missing", where, remedy="use `blank` instead of `set`")


def _wrong_codes(question: Question, choices: dict[str, Choice], new: str, where: str) -> Iterator[Problem]:
    codes = new.split(";") if question.kind == "select_multiple" else [new]
    for code in codes:
        if code not in choices:
            yield Problem(f"`{code}` is not an answer to this question in this delivery", where, remedy=did_you_mean(code, choices))
    alone = [code for code in codes if code in choices and (choices[code].exclusive or choices[code].missing)]
    if alone and len(codes) > 1:
        yield Problem(f"`{alone[0]}` excludes all other answers", where, remedy="write it alone, or take it out")


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _repeated(country: Country, lines: list[Line]) -> Iterator[tuple[int, Problem]]:
    """Cells that two lines correct, records that two lines leave out or keep, or that are to stay and to go at once."""
    cells: dict[tuple, int] = {}
    out: dict[int, int] = {}
    kept: dict[int, int] = {}
    for line in lines:
        gone = _left_out(line)
        cell = (line.position, line.question)
        if line.kind in ("set", "blank") and line.position != -1 and cells.setdefault(cell, line.line) != line.line:
            what = f"line {cells[cell]} corrects the same answer"
            yield line.line, Problem(what, _place(country, line.line), remedy="keep one of the two lines")
        if line.kind == KEEP and line.position != -1 and kept.setdefault(line.position, line.line) != line.line:
            what = f"line {kept[line.position]} keeps the same record"
            yield line.line, Problem(what, _place(country, line.line), remedy="keep one of the two lines")
        if gone != -1 and out.setdefault(gone, line.line) != line.line:
            yield (
                line.line,
                Problem(f"line {out[gone]} leaves the same record out", _place(country, line.line), remedy="keep one of the two lines"),
            )
    for line in lines:
        if line.kind in ("merge", KEEP) and line.position in out and line.position != line.merged:
            what = f"line {out[line.position]} leaves out the record that should stay"
            remedy = "merge into the record that stays" if line.kind == "merge" else "keep one of the two lines"
            yield line.line, Problem(what, _place(country, line.line), remedy=remedy)


# ------------------------------------------------------------------ writing


def _answer(country: Country, line: Line) -> None:
    """Set or blank the answer to a question: all its columns."""
    question, reason = country.questionnaire[line.question], _Answers(country).reason_after(line)
    for column in country.questionnaire.columns(line.question):
        value = line.new
        if question.kind == "select_multiple":
            value = column.partition("/")[2] in line.new.split(";")
        elif question.is_number and not reason:
            value = float(line.new)
        _write(country, line, line.position, column, None if reason else value, reason)
    if line.question in country.national:
        country.national.loc[line.position, line.question] = pd.NA


def _write(country: Country, line: Line, position: int, column: str, value: Any, reason: str) -> None:
    """One cell and its record. Options that were not offered stay so; open answers are masked, and the old one is not written down."""
    if country.reasons.at[position, column] == "not_asked":
        return
    question = country.questionnaire[column.partition("/")[0]]
    before = (country.values.at[position, column], country.reasons.at[position, column])
    if question.kind == "text" and question.role != "wise" and value is not None:
        value = mask(value, country.settings.country)
    if (as_text(before[0]), before[1]) == (as_text(value), reason):
        return
    country.values.loc[position, column] = pd.NA if value is None else value
    country.reasons.loc[position, column] = reason
    old = before[1] or ("(withheld)" if question.kind == "text" else _recorded(before[0]))
    new = reason or ("(withheld)" if question.role == "wise" else _recorded(value))
    record_change(country, pd.Index([position]), column, old, new, f"{CORRECTION} {line.line}", line.reason)


def _recorded(value: Any) -> str:
    """An answer as it stands in the record: a number with every digit it has."""
    return repr(float(value)).removesuffix(".0") if isinstance(value, float | np.floating) else as_text(value)


def _merge(country: Country, line: Line, decided: set[tuple[int, str]]) -> list[Problem]:
    """Fill what the first record leaves open from the second; the problem names the questions to which both said different things."""
    questionnaire = country.questionnaire
    both = pd.Index([line.position, line.merged])
    there = replace(country, values=country.values.loc[both], reasons=country.reasons.loc[both])
    reasons = question_reasons(there, list(questionnaire.questions))
    answers = _Answers(country)
    differ = []
    for name in questionnaire.questions:
        first, second = reasons.loc[line.position, name], reasons.loc[line.merged, name]
        if second in NOTHING_SAID or (line.position, name) in decided:
            continue
        if first in NOTHING_SAID:
            for column in questionnaire.columns(name):
                value = country.values.at[line.merged, column]
                _write(country, line, line.position, column, None if pd.isna(value) else value, country.reasons.at[line.merged, column])
            if name in country.national:
                country.national.loc[line.position, name] = country.national.at[line.merged, name]
        elif (first, answers.told(name, line.position)) != (second, answers.told(name, line.merged)):
            differ.append(name)
    if not differ:
        return []
    where = _place(country, line.line)
    remedy = "decide each with a line `set` or `blank` for the record that stays, or take the line out if these are two people"
    return [
        Problem(f"the two records answer differently: {', '.join(differ)}", where, why="one of the answers would be lost", remedy=remedy)
    ]
