"""What is understood without help, file by file: `make recovery`.

For each file: the share of its columns that found their question, the share of its answers to closed questions that found
their code, and how many of either are wrong, which must be 0. Nothing of params is used but the file's name. The last column says
what the truth is and where it comes from: none of it is worked out by the reading that is judged.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from bwise.demo import PARTNERS, simulate
from bwise.matching import DeliveryRead, read_delivery
from bwise.problems import ProblemsFound
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import Delivery, Project, load_country
from tests.benchmarks.literal import UNKNOWN, Layout, bare, numbers_and_texts, open_sheet, questionnaire_of, said, said_by_names, xlsform

ROOT = Path(__file__).parents[2]
REAL, CASES = ROOT.parent / "shared/real", ROOT.parent / "shared/cases"
RSE = ("UK", "DE", "US")

WORDS = "every heading and answer, letter by letter"
PARAMS = "params written by hand, confirmed by published tables"
NUMBERS = "numbers and texts, letter by letter"
NAMES = "names of KoBo's own form, where a cell's two versions agree"
SENT = "what the simulator sent"
REFUSAL = "must be refused or asked (its README)"
EUSURVEY = Layout(headings=4, joined=";")
REAL_FILES = {
    "eusurvey/Content_Export_EVERSElandscaping_Survey_results_16-10-2024_nopersonal.xls": EUSURVEY,
    "eusurvey/sustainability_assessment_of_EU_companies.xls": Layout(headings=4),
    "eusurvey/sustainability_assessment_of_EU_companies.csv": Layout(headings=4),
    "limesurvey/results-survey4914.xlsx": Layout(not_shown="N/A"),
    "google_forms/The use of software in research (Responses) 24 Oct 14 - Form Responses 1.csv": Layout(),
    "surveymonkey/StarWars.csv": Layout(rows_below=1, encoding="latin-1"),
}
INDICO = Layout(joined=";")
FIRST_OF_YEAR = {"2018": "aalto-dec.csv", "2019": "aalborg-june.csv"}
SMALL_CASES = {
    "joined-unknown-part": Layout(joined=";"),
    "limesurvey-y-n": Layout(coded=True, delimiter=";", words=(("Y", "Yes"), ("N", "No"))),
    "msforms-without-email": Layout(joined=";"),
    "other-scale-digits": Layout(coded=True),
    "proposal-ignores-code": Layout(coded=True),
    "similar-text-options": Layout(coded=True),
    "similar-text-own-questionnaire": Layout(coded=True),
    "typeform-renamed-option": Layout(options="docs"),
}
DEMONSTRATION_CASES = {
    "codes-as-decimals": ("AT-1",),
    "localised-booleans": ("AT-1",),
    "option-without-column": ("RO-1",),
    "other-is-a-dash": ("AT-1",),
    "pasted-heading-and-mean-row": ("AT-1",),
    "percent-cells": ("AT-1",),
    "question-reworded-two-columns": ("AT-1",),
    "question-split-in-two": ("AT-1",),
    "same-people-two-partners": ("BE-1", "BE-1"),
    "scale-shifted-by-one": ("AT-1",),
}
"""Case -> whose answers of the demonstration each of its deliveries holds."""
DAMAGED_FILES = {"files/lone_cr.csv": Layout(delimiter=";"), "files/xlsx_error_cells.xlsx": Layout()}
REFUSED_CASES = ("codes-in-scientific-notation", "redcap-repeated-rows", "rows-one-cell-short", "unquoted-comma")
REFUSED_FILES = ("files/results-survey481516.csv", "files/xls_1.xls", "files/xlsx_far_ref.xlsx")


@dataclass(frozen=True)
class Judged:
    """One file: what was read of it, or None where it was refused, and how many columns and answers of it are wrong."""

    name: str
    truth: str
    read: DeliveryRead | None
    columns: int = 0
    answers: int = 0

    def row(self) -> list[str]:
        if self.read is None:
            return [self.name, "refused", "–", "–", "0", "0", self.truth]
        found = self.read.recognised
        shares = [f"{found.columns / found.of_columns:.1%}", f"{found.readable:.1%}"]
        return [self.name, self.read.raw.tool, *shares, str(self.columns), str(self.answers), self.truth]


def read_alone(path: Path, questionnaire: Questionnaire, country: str = "") -> DeliveryRead | None:
    """The file without a line of params; None where it is refused."""
    try:
        return read_delivery(path, path.name, country, Delivery(partner=country, file=path.name), questionnaire, country)
    except ProblemsFound:
        return None


def wrong_columns(read: DeliveryRead, targets: dict[int, str]) -> int:
    """Columns that were taken for another question than the one they are."""
    return sum(bool(m.target) and m.target != targets.get(m.column.position) for m in read.recognised.matches)


def wrong_answers(read: DeliveryRead, truth: pd.DataFrame) -> int:
    """Cells with a value that is not the truth's; a value where there is no truth is wrong, too. Rows set aside are nobody's."""
    values = read.answers.values.drop(index=[row for row in read.raw.grid.set_aside if row in read.answers.values.index])
    found = values.astype(object).where(values.notna(), None)
    true = truth.reindex(index=found.index, columns=found.columns).astype(object)
    return sum(
        cell is not None and sent is not UNKNOWN and cell != sent
        for column in found
        for cell, sent in zip(found[column], true[column], strict=True)
    )


def judged(name: str, path: Path, questionnaire: Questionnaire, truth: str, told: Callable, country: str = "") -> Judged:
    """`told(read)` gives the questions of the columns, None where the cells tell, and the truth of the cells."""
    read = read_alone(path, questionnaire, country)
    if read is None:
        return Judged(name, truth, None)
    targets, cells = told(read)
    return Judged(name, truth, read, 0 if targets is None else wrong_columns(read, targets), wrong_answers(read, cells))


# ------------------------------------------------------------------ the demonstration, and cases made of it


def demonstration() -> Iterator[Judged]:
    questionnaire, people = _demonstration()
    for partner in PARTNERS:
        path = ROOT / "raw/demo" / partner.country / partner.file
        told = _sent(questionnaire, [p for p in people if p.partner == partner])
        yield judged(partner.name, path, questionnaire, SENT, told, partner.country)


def _demonstration() -> tuple[Questionnaire, list]:
    questionnaire = load_questionnaire(ROOT / "params/questionnaires/skills_survey")
    return questionnaire, simulate(questionnaire)


def _sent(questionnaire: Questionnaire, people: list) -> Callable:
    """The people stand in the file in their order; its own rows of headings and means between them are nobody's."""

    def told(read: DeliveryRead) -> tuple[None, pd.DataFrame]:
        rows = [row for row in read.answers.values.index if row not in read.raw.grid.set_aside]
        sent = {c: [person.sent(c) for person in people] for c in questionnaire.all_columns}
        return None, pd.DataFrame(sent, index=rows, dtype=object)

    return told


def demonstration_cases() -> Iterator[Judged]:
    questionnaire, people = _demonstration()
    for name, senders in DEMONSTRATION_CASES.items():
        settings = load_country(Project(CASES / name), next((CASES / name / "params").glob("[A-Z][A-Z].yaml")).stem)
        for delivery, sender in zip(settings.deliveries, senders, strict=True):
            path = CASES / name / delivery.file
            sent = [p for p in people if p.partner.name == sender]
            sent = _still_there(path, sender, sent) if name == "option-without-column" else sent
            yield judged(f"{name} {delivery.partner}", path, questionnaire, SENT, _sent(questionnaire, sent), settings.country)


def _still_there(path: Path, sender: str, people: list) -> list:
    """Those of the demonstration's people whom a file with fewer rows still holds, by KoBo's own ids."""
    partner = next(p for p in PARTNERS if p.name == sender)
    ids = []
    for file in (ROOT / "raw/demo" / partner.country / partner.file, path):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            ids.append([row["_uuid"] for row in csv.DictReader(opened, delimiter=";")])
    whole, part = ids
    return [people[whole.index(one)] for one in part]


# ------------------------------------------------------------------ real files


def rse2017() -> Iterator[Judged]:
    """The survey of research software engineers: its params were written by hand, and what they give was published in its tables."""
    project = Project(ROOT / "tests/rse2017")
    questionnaire = load_questionnaire(project.params / "questionnaires/rse2017")
    for country in RSE:
        path = REAL / "rse2017" / country.lower() / "public_data.csv"
        declared = load_country(project, country).deliveries[0]
        helped = read_delivery(path, path.name, country, declared, questionnaire)
        targets = {m.column.position: m.target for m in helped.recognised.matches}
        cells = helped.answers.values.astype(object).where(helped.answers.values.notna(), None)
        for question, scale in declared.scales.items():
            cells[question] = cells[question].map(_on_own_list(questionnaire, question, scale))
        told = targets, cells
        yield judged(f"rse2017/{country.lower()}", path, questionnaire, PARAMS, lambda read, told=told: told)


def _on_own_list(questionnaire: Questionnaire, question: str, scale: str) -> Callable:
    """A code of the list that was used -> the code with the same label in the question's own list, None where none has it."""
    own = {bare(choice.labels["en"]): name for name, choice in questionnaire.choices(question).items()}
    codes = {name: own.get(bare(choice.labels["en"])) for name, choice in questionnaire.choices(question, scale).items()}
    return lambda code: codes.get(code)


def real_files() -> Iterator[Judged]:
    files = [(name, name, layout) for name, layout in REAL_FILES.items()]
    files += [
        (f"indico/{year}/{path.name}", f"indico/{year}/{first}", INDICO)
        for year, first in FIRST_OF_YEAR.items()
        for path in sorted((REAL / "indico" / year).glob("*.csv"))
    ]
    for name, asked_in, layout in files:
        with tempfile.TemporaryDirectory() as folder:
            questionnaire = questionnaire_of(open_sheet(REAL / asked_in, layout), Path(folder))
        yield _word_for_word(name, REAL / name, questionnaire, layout)
    with tempfile.TemporaryDirectory() as folder:
        form = xlsform(REAL / "kobo", Path(folder))
    for name in ("kobo/raw_data.csv", "kobo/clean_data.csv"):
        told = said_by_names(REAL / name, form)
        yield judged(name, REAL / name, form, NAMES, lambda read, told=told: told)


def _word_for_word(name: str, path: Path, questionnaire: Questionnaire, layout: Layout) -> Judged:
    return judged(name, path, questionnaire, WORDS, lambda read: said(open_sheet(path, layout), questionnaire))


# ------------------------------------------------------------------ cases with a questionnaire of their own, and files that are broken


def small_cases() -> Iterator[Judged]:
    for name, layout in SMALL_CASES.items():
        own = CASES / name / "params/questionnaires/q"
        questionnaire = load_questionnaire(own if own.is_dir() else ROOT / "params/questionnaires/skills_survey")
        yield _word_for_word(name, next((CASES / name / "raw").glob("*/*.csv")), questionnaire, layout)


def damaged_files() -> Iterator[Judged]:
    """Files of the demonstration's questionnaire of which something is lost, or strange to a program."""
    survey = load_questionnaire(ROOT / "params/questionnaires/skills_survey")
    for name, layout in DAMAGED_FILES.items():
        cells = numbers_and_texts(open_sheet(CASES / name, layout), survey)
        yield judged(name, CASES / name, survey, NUMBERS, lambda read, cells=cells: (None, cells))


def refusals() -> Iterator[Judged]:
    """What must not be read at all: whatever is read of it is wrong."""
    survey = load_questionnaire(ROOT / "params/questionnaires/skills_survey")
    rse = load_questionnaire(ROOT / "tests/rse2017/params/questionnaires/rse2017")
    files = [(name, next((CASES / name / "raw").glob("*/*")), CASES / name / "params/questionnaires/q") for name in REFUSED_CASES]
    asked = [(name, path, load_questionnaire(own) if own.is_dir() else survey) for name, path, own in files]
    asked += [(name, CASES / name, survey) for name in REFUSED_FILES]
    asked.append(("several-countries-one-file", CASES / "several-countries-one-file/data.csv", rse))
    for name, path, questionnaire in asked:
        read = read_alone(path, questionnaire)
        if read is None or read.undecided:
            yield Judged(name, REFUSAL, None)
        else:
            yield Judged(name, REFUSAL, read, wrong_columns(read, {}), wrong_answers(read, pd.DataFrame()))


def main() -> None:
    table = Table("file", "tool", "columns", "answers", "wrong columns", "wrong answers", "truth")
    table.title = "Found without help, and wrong without help"
    parts = [demonstration]
    parts += [rse2017, real_files] if REAL.is_dir() else []
    parts += [small_cases, demonstration_cases, damaged_files, refusals] if CASES.is_dir() else []
    rows = [judged for part in parts for judged in part()]
    for one in rows:
        table.add_row(*one.row())
    console = Console(width=190)
    console.print(table)
    for folder in (REAL, CASES):
        if not folder.is_dir():
            console.print(f"../shared/{folder.name} is not here: its files were not judged.")
    if wrong := [one.name for one in rows if one.columns or one.answers]:
        raise SystemExit(f"Something was understood wrongly: {', '.join(wrong)}.")


if __name__ == "__main__":
    main()
