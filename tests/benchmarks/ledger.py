"""How long tables and protection take: the demonstration's size, and 40 countries of many respondents each.

python -m tests.benchmarks.ledger [RESPONDENTS PER COUNTRY]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bwise.ledger import Ledger
from bwise.pooling import Pool
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import ConsolidationSettings, Project
from bwise.tables import european_tables
from tests.benchmarks.ratios import Ratio, shown

PARAMS = Path(__file__).parents[2] / "params"
COUNTRIES = [f"{a}{b}" for a in "ABCDE" for b in "ABCDEFGH"]
OF_A_WISE = 5  # respondents
SILENT = 0.03  # of all answers


def answered(questionnaire: Questionnaire, number: int, random: np.random.Generator) -> dict[str, object]:
    """Answers by chance to every question with fixed answers or numbers; some are missing."""
    found = {}
    for question in questionnaire.questions.values():
        silent = random.random(number) < SILENT
        if question.kind == "select_one":
            codes = [c.name for c in questionnaire.choices(question.name).values() if not c.missing]
            chosen = np.where(silent, -1, random.integers(0, len(codes), number))
            found[question.name] = pd.Categorical.from_codes(chosen, codes)
        elif question.kind == "select_multiple":
            for column in questionnaire.columns(question.name):
                found[column] = pd.array(np.where(silent, None, random.random(number) < 0.3), dtype="boolean")
        elif question.is_number:
            found[question.name] = np.where(silent, np.nan, random.integers(0, 100, number))
        else:
            found[question.name] = pd.Series([None] * number, dtype="str")
    return found


def pool_of(root: Path, countries: list[str], each: int) -> Pool:
    """A pool of so many respondents of each country."""
    questionnaire = load_questionnaire(PARAMS / "questionnaires" / "skills_survey")
    (root / "params").mkdir(parents=True)
    shutil.copy(PARAMS / "tables.yaml", root / "params")
    number = each * len(countries)
    person, country = np.arange(number), np.repeat(countries, each)
    who = {
        "country": pd.Categorical(country, countries),
        "partner": np.char.add(country, "-1"),
        "respondent": person.astype("str"),
        "wise": np.char.add("W", (person // OF_A_WISE).astype("str")),
    }
    answers = pd.DataFrame(who | answered(questionnaire, number, np.random.default_rng(1)))
    missing = answers[questionnaire.all_columns].isna().astype("int8").apply(pd.Categorical.from_codes, categories=["", "no_answer"])
    missing = missing.assign(country=answers["country"])
    manifests = {
        c: {
            "demonstration": True,
            "comparability": {},
            "deliveries": [{"partner": f"{c}-1"}],
            "rows": {"received": each, "excluded": {}, "kept": each},
            "wises": each // OF_A_WISE,
        }
        for c in countries
    }
    settings = ConsolidationSettings(questionnaire="skills_survey", countries=countries)
    return Pool(Project(root), settings, questionnaire, answers, missing, manifests, {})


def measured(countries: list[str], each: int) -> float:
    """CPU seconds of tables and protection; printed with what of it protection alone takes."""
    seconds = {"protection": 0.0}
    protect = Ledger._protect

    def timed(ledger: Ledger) -> None:
        started = time.process_time()
        protect(ledger)
        seconds["protection"] += time.process_time() - started

    with tempfile.TemporaryDirectory() as folder:
        pool = pool_of(Path(folder) / "project", countries, each)
        Ledger._protect = timed
        started = time.process_time()
        tables = european_tables(pool)
        taken = time.process_time() - started
        Ledger._protect = protect
    figures = sum(len(t.data) for t in tables.values())
    print(
        f"{len(countries)} countries x {each}: {figures} figures in {taken:.1f} CPU seconds, {seconds['protection']:.1f} of them protection"
    )
    return taken


def measure(each: int = 10_000) -> list[Ratio]:
    measured(COUNTRIES[:13], 40)
    few, many = measured(COUNTRIES[:13], each), measured(COUNTRIES, each)
    return [
        Ratio(f"tables and protection of 40 countries x {each:,}, CPU time", many, 60, " s"),
        Ratio(f"40 countries / 13 countries x {each:,}, CPU time", many / few, 3.3),
    ]


def main() -> None:
    print(shown(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))


if __name__ == "__main__":
    main()
