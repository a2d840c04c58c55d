"""The workbook that comes back: the partner's answers as proposed corrections and lines for params, applied where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from bwise import sent_back
from bwise.cleaning import KEEP, as_text
from bwise.corrections import COLUMNS, amended, load_corrections
from bwise.feedback.asks import (
    BLANK,
    COLUMN,
    DATE,
    NUMBER,
    REAL,
    RIGHT,
    SET,
    SEVERAL,
    Ask,
    Decision,
    Dossier,
    bounds_of,
    choose,
    dossiers,
)
from bwise.feedback.sheet import KEY_HEADING
from bwise.feedback.wording import Wording, languages
from bwise.intake import states
from bwise.matching.dates import parse_date
from bwise.matching.lists import AnswerList
from bwise.matching.numbers import UNITS, parse_number
from bwise.params_lines import Setting, country_of, difference, quoted, with_settings, write_together
from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.questionnaire import load_questionnaire
from bwise.sent_back import filled, key_parts, rows_below, sheets_of
from bwise.settings import CountrySettings, Project, corrections_file
from bwise.storage import read_csv, write_csv
from bwise.text import answer_key, counted, tidy

REASONS = {
    "unreadable": "not understood",
    "out_of_range": "a number outside the range",
    "not_shown_answered": "a question that should not have been shown",
    "contradiction": "an exclusive option with others",
    "income_sum": "income shares do not sum to 100",
}
KEY_CELL = re.compile("^" + KEY_HEADING.format(language="([a-z]{2})") + "$")
HEADING = "The returned workbook cannot be used. Nothing was written."
ASK_BACK = "make the workbook anew (`bwise feedback {country}`), copy the answers into it, and give that one"


@dataclass(frozen=True)
class Row(sent_back.Row):
    """What the partner put into the three cells of a row."""

    answer: object
    write: object
    remark: object

    @property
    def cell(self) -> str:
        """Where the partner's answer stands."""
        return self.where("answer" if filled(self.answer) else "write")

    def where(self, name: str) -> str:
        return f"sheet “{self.sheet}”, cell {self.place(name)}"


@dataclass
class Returned:
    """What a partner answered.

    Attributes:
        corrections: in the format of `params/<CC>.corrections.csv`.
        targets: column, as params name it -> the question that it is.
        notes: what is left to the coordinator, without any answer in it.
        answered, kept, empty: questions answered, those of them left as they are, and questions without an answer.
    """

    settings: CountrySettings
    delivery: str
    corrections: pd.DataFrame
    targets: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    answered: int = 0
    kept: int = 0
    empty: int = 0

    @property
    def counts(self) -> str:
        return f"{self.delivery}: {self.answered} answers, {self.kept} of them confirm what we have; {self.empty} not answered"

    @property
    def columns(self) -> list[str]:
        """Lines to put under `columns:` of the delivery."""
        return [f"{quoted(name)}: {target}" for name, target in self.targets.items()]

    def save(self, project: Project) -> Path:
        """Write `proposed_corrections.csv` of this part; what other deliveries' workbooks proposed stays in it."""
        path = project.processed(self.settings.country, self.settings.part) / "proposed_corrections.csv"
        others = [old[old["delivery"].ne(self.delivery)] for old in [read_csv(path)] if len(old)] if path.is_file() else []
        write_csv(path, pd.concat([*others, self.corrections], ignore_index=True))
        return path


def account(returned: Returned, path: str) -> str:
    """What came of it, and what is left to do, for the coordinator.

    Args:
        path: where the proposed corrections were written.
    """
    settings, n = returned.settings, len(returned.corrections)
    target = corrections_file(settings.country, settings.part)
    lines = [returned.counts]
    lines += [f"{path}: {n} proposed corrections; copy the lines you accept into {target}"] if n else ["no corrections are proposed"]
    if returned.columns:
        where = f"{'focus_group: ' if settings.part else ''}deliveries: {returned.delivery}"
        lines += [f"in params/{settings.country}.yaml, {where}, put under `columns:`", *(f"      {line}" for line in returned.columns)]
    return "\n".join([*lines, *returned.notes])


def apply_returned(project: Project, returned: Returned) -> str:
    """Write what a partner answered into `params/<CC>.yaml` and the corrections, all or nothing.

    Returns:
        What was written: the lines of params; corrections are counted, since they hold answers.

    Raises:
        ProblemsFound: a correction of the same answer is stated already, two columns would be one question, or the export could not
            be read with these columns.
    """
    settings, lines = returned.settings, returned.corrections
    country, name = settings.country, corrections_file(settings.country, settings.part)
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    stated = load_corrections(project, settings, questionnaire)
    cells = {cell: line for line, *cell in stated[["delivery", "respondent", "question"]].itertuples(name=None) for cell in [tuple(cell)]}
    twice = [cells[cell] for cell in lines[["delivery", "respondent", "question"]].itertuples(index=False, name=None) if cell in cells]
    do = "take that line out, or take over the partner's answer by hand"
    stop(HEADING, *(Problem("the same answer is corrected already", f"{name}, line {line}", remedy=do) for line in twice))
    number = settings.delivery_names().index(returned.delivery)
    new = [Setting(returned.delivery, settings.part, number, "columns", dict(returned.targets))] if returned.targets else []
    before, after = with_settings(project, country, new, HEADING)
    part = next(p for p in country_of(after, country).parts() if p.part == settings.part)
    stop(HEADING, *(problem for state in states(project, part, questionnaire) for problem in state.problems))
    corrections = {name: amended(project, settings, set(), {}, lines)} if len(lines) else {}
    write_together(project, country, after if after != before else "", corrections)
    told = [difference(country, before, after), returned.counts, f"{name}: {counted(len(lines), 'line')} more" if len(lines) else ""]
    return "\n".join(filter(None, [*told, *returned.notes]))


def read_returned(project: Project, parts: list[CountrySettings], path: Path, on: date) -> Returned:
    """Read a workbook that came back. Rows may be sorted or deleted, columns hidden, cells empty.

    Args:
        parts: what the country sends (`CountrySettings.parts`). on: the day that stands in the corrections.

    Raises:
        ProblemsFound: the file is no workbook of ours or another country's, a hidden key was changed, a respondent is not
            known, or an answer is none of those that were possible; each with its sheet and cell.
    """
    language, rows = _rows(project, path)
    settings, delivery = _whose(rows, parts, path)
    (dossier,) = dossiers(project, [settings], language, delivery)
    return _Reader(dossier, on).read(rows)


def _rows(project: Project, path: Path) -> tuple[str, list[Row]]:
    found = sheets_of(path, HEADING)
    for name, cells in found.items():
        for number, line in enumerate(cells):
            key = next((m for cell in line if isinstance(cell, str) and (m := KEY_CELL.match(cell))), None)
            if key and key[1] in languages(project):
                return key[1], list(_below(name, cells, number, Wording(key[1], project)))
    what = "no sheet of it has the hidden column with the keys"
    raise ProblemsFound(
        HEADING, [Problem(what, path.name, remedy="give the workbook that `bwise feedback` wrote and the partner sent back")]
    )


def _below(sheet: str, cells: list[list], head: int, say: Wording) -> Iterator[Row]:
    titles = {name: say(f"head_{name}") for name in ("answer", "write", "remark")} | {"key": KEY_HEADING.format(language=say.language)}
    for number, columns, cell in rows_below(sheet, cells, head, titles, HEADING):
        yield Row(sheet, number, columns, str(cell["key"]), cell["answer"], cell["write"], cell["remark"])


def _whose(rows: list[Row], parts: list[CountrySettings], path: Path) -> tuple[CountrySettings, str]:
    """The part and the delivery the workbook was made for, as most of its keys say."""
    country = parts[0].country
    known = [(k[0], k[1], k[2]) for row in rows if (k := key_parts(row.key))]
    if not known:
        stop(HEADING, Problem("no row has a key that was left as it was", path.name, remedy=ASK_BACK.format(country=country)))
    whose, part, delivery = max(dict.fromkeys(known), key=known.count)
    if whose != country:
        stop(HEADING, Problem(f"it was made for {whose}, not for {country}", path.name, remedy=f"bwise feedback {whose} --returned …"))
    settings = next((p for p in parts if p.part == part and delivery in p.delivery_names()), None)
    if settings is None:
        names = [name for p in parts for name in p.delivery_names()]
        stop(HEADING, Problem(f"params/{country}.yaml has no delivery `{delivery}` now", path.name, remedy=did_you_mean(delivery, names)))
    return settings, delivery


class _Reader:
    """Reads the rows of one workbook against the questions as they stand now."""

    def __init__(self, dossier: Dossier, on: date):
        self.dossier, self.on = dossier, on
        self.country = dossier.country.settings.country
        self.asks = {dossier.key(ask): ask for ask in dossier.asks}
        self.people = set(dossier.respondents)
        self.decisions: dict[str, tuple[Decision, Row]] = {}
        self.problems: list[Problem] = []
        self.returned = Returned(dossier.country.settings, dossier.name, pd.DataFrame(columns=COLUMNS))

    def read(self, rows: list[Row]) -> Returned:
        for row in rows:
            if (ask := self._ask(row)) is not None:
                self._read(row, ask)
        stop(HEADING, *self.problems)
        lines = []
        for key, (decision, row) in self.decisions.items():
            lines += self._follow(self.asks[key], decision, row)
        self.returned.corrections = pd.DataFrame(lines, columns=COLUMNS, dtype="str")
        return self.returned

    def _ask(self, row: Row) -> Ask | None:
        """The question of a row; None, with a problem or a note, where it is none that is open now."""
        if row.key in self.asks:
            return self.asks[row.key]
        parts = key_parts(row.key)
        if not parts:
            why, do = "nobody can tell which question is answered there", ASK_BACK.format(country=self.country)
            self._wrong("the hidden key was changed, or is missing", row.where("key"), why, do)
        elif (parts[0], parts[1], parts[2]) != (self.country, self.dossier.country.settings.part, self.dossier.name):
            self._wrong(f"the row belongs to another workbook ({parts[0]}, {parts[2]})", row.where("key"), do="take the row out")
        elif parts[5] != "heading" and (strange := [who for who in parts[3] if who not in self.people]):
            what = f"respondent {strange[0]} is not in the delivery {self.dossier.name}"
            self._wrong(what, row.where("key"), do="take the row out, or put back the export it was made from")
        else:
            self.returned.notes.append(f"{row.where('answer')}: settled since the workbook was made; left aside")
        return None

    def _read(self, row: Row, ask: Ask) -> None:
        if filled(row.remark):
            self.returned.notes.append(f"{row.where('remark')}: a remark to read")
        if not filled(row.answer) and not filled(row.write):
            self.returned.empty += 1
            return
        decision = self._decision(row, ask)
        if decision is None:
            return
        first, at = self.decisions.setdefault(row.key, (decision, row))
        if first != decision:
            self._wrong(f"the same question is answered differently in {at.cell}", row.cell, do="leave one of the two")

    def _decision(self, row: Row, ask: Ask) -> Decision | None:
        if filled(row.answer) and filled(row.write):
            self._wrong("two answers to one question", row.where("write"), do=f"empty this cell, or {row.where('answer')}")
            return None
        name = "answer" if filled(row.answer) else "write"
        cell = getattr(row, name)
        text = _as_text(cell)
        options = {answer_key(option): decision for option, decision in ask.options.items()}
        if name == "answer" and answer_key(text) in options:
            return options[answer_key(text)]
        read = {NUMBER: self._number, DATE: self._date, SEVERAL: self._several}.get(ask.write)
        new, problem = read(ask, cell) if read else ("", "none of the answers of its list")
        if problem:
            self._wrong(
                f"the cell holds {problem}", row.where(name), do="choose from the cell's list, or leave it empty and write a remark"
            )
            return None
        return new

    def _number(self, ask: Ask, cell: object) -> tuple[Decision | None, str]:
        question, delivery = self.dossier.country.questionnaire[ask.question], self.dossier.read.delivery
        number = parse_number(_as_text(cell), delivery.decimal if isinstance(cell, str) else ".", whole=question.kind == "integer")
        if number is None or isinstance(cell, bool):
            return None, "no number"
        number *= UNITS.get((delivery.units.get(ask.question, question.unit), question.unit), 1.0)
        low, high = bounds_of(question.constraint)
        if (low is not None and number < low) or (high is not None and number > high):
            return None, f"a number outside {'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}"
        if question.kind == "integer" and not number.is_integer():
            return None, "a number that is not whole"
        return Decision(SET, as_text(number)), ""

    def _date(self, ask: Ask, cell: object) -> tuple[Decision | None, str]:
        day = cell if isinstance(cell, date) else parse_date(_as_text(cell), self.dossier.read.delivery.dates or "")
        day = day.date() if isinstance(day, datetime) else day
        return (Decision(SET, day.isoformat()), "") if day else (None, "no day with month and year")

    def _several(self, ask: Ask, cell: object) -> tuple[Decision | None, str]:
        """Several options, as the partner wrote them down; one that excludes all others stands alone."""
        name, questionnaire = ask.question, self.dossier.country.questionnaire
        list_name = self.dossier.read.delivery.scales.get(name, questionnaire[name].list_name)
        answers = AnswerList(questionnaire, list_name, self.dossier.say.language)
        codes, left = answers.split(_as_text(cell))
        chosen = [c for c in answers.choices.values() if c.name in codes]
        if left or not chosen or not {choose(c) for c in chosen} <= set(ask.options.values()):
            return None, "an answer that the question does not have"
        if len(chosen) > 1 and any(c.exclusive or c.missing for c in chosen):
            return None, "an option that excludes all others, together with others"
        return choose(chosen[0]) if len(chosen) == 1 else Decision(SET, ";".join(c.name for c in chosen)), ""

    def _follow(self, ask: Ask, decision: Decision, row: Row) -> list[list[str]]:
        """What follows from an answer: lines of corrections, a line for params, or a note."""
        self.returned.answered += 1
        if decision.kind == COLUMN:
            others = [c for c in self.dossier.read.raw.columns if c.heading == ask.question]
            name = ask.question if tidy(ask.question) and len(others) == 1 else ask.who[0]
            self.returned.targets[name] = decision.new
        elif decision.kind == REAL:
            return self._lines(KEEP, ask, "", f"the partner says that the record counts, left out by the rule {ask.expected}")
        elif decision.kind == RIGHT or ask.expected == ("" if decision.kind == BLANK else decision.new):
            self.returned.kept += 1
        else:
            return self._lines(decision.kind, ask, decision.new, f"the partner's answer to: {REASONS[ask.about]}")
        return []

    def _lines(self, kind: str, ask: Ask, new: str, reason: str) -> list[list[str]]:
        """One line of corrections for each respondent asked about."""
        by, on = self.dossier.read.delivery.partner, self.on.isoformat()
        return [[kind, self.dossier.name, who, ask.question, ask.expected, new, reason, by, on] for who in ask.who]

    def _wrong(self, what: str, where: str, why: str = "", do: str = "") -> None:
        self.problems.append(Problem(what, where, why, do))


def _as_text(cell: object) -> str:
    """A cell as text; a whole number without decimals."""
    return f"{cell:.15g}" if isinstance(cell, float) else tidy(str(cell))
