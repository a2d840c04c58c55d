"""What is understood without help, file by file: `make recovery`.

For each file: the share of its columns that found their question, the share of its answers to closed questions that found
their code, and how many of either are wrong (must be 0). The truth of the demonstration is the simulator's; that of the survey
of research software engineers is the reading with its params, which the survey's own published tables confirm.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from bwise.demo import PARTNERS, simulate
from bwise.matching import DeliveryRead, read_delivery
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import Delivery, Project, load_country

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "real"
RSE = ("UK", "DE", "US")


def columns_found(read: DeliveryRead) -> float:
    """Share of the columns that may hold answers for which nothing is left to decide."""
    return read.recognised.columns / read.recognised.of_columns


def answers_found(read: DeliveryRead) -> float:
    """Share of the answers to closed questions that could be read."""
    return read.recognised.readable


def wrong_answers(read: DeliveryRead, sent: list, questionnaire: Questionnaire) -> int:
    """Cells that are not what the simulator sent."""
    values = read.answers.values
    found = values.astype(object).where(values.notna(), None)
    return sum(cell != person.sent(c) for c in questionnaire.all_columns for cell, person in zip(found[c], sent, strict=True))


def demonstration() -> list[tuple]:
    questionnaire = load_questionnaire(ROOT / "params" / "questionnaires" / "skills_survey")
    people = simulate(questionnaire)
    rows = []
    for partner in PARTNERS:
        file = Path(partner.country) / partner.file
        path = ROOT / "raw" / "demo" / file
        read = read_delivery(path, file.name, partner.name, Delivery(partner=partner.name, file=file), questionnaire, partner.country)
        sent = [p for p in people if p.partner == partner]
        rows.append((partner.name, read, 0, wrong_answers(read, sent, questionnaire)))
    return rows


def rse2017() -> list[tuple]:
    project = Project(ROOT / "tests" / "rse2017")
    questionnaire = load_questionnaire(project.params / "questionnaires" / "rse2017")
    rows = []
    for country in RSE:
        path = REAL / "rse2017" / country.lower() / "public_data.csv"
        declared = load_country(project, country).deliveries[0]
        truth = read_delivery(path, path.name, country, declared, questionnaire)
        read = read_delivery(path, path.name, country, Delivery(partner=country, file=path.name), questionnaire)
        taken = {m.column.position: m.target for m in truth.recognised.matches}
        astray = sum(m.target not in ("", taken[m.column.position]) for m in read.recognised.matches)
        rows.append((f"RSE 2017 {country}", read, astray, _differing(read, truth, declared)))
    return rows


def _differing(read: DeliveryRead, truth: DeliveryRead, declared: Delivery) -> int:
    """Answers read without help that the reading with params reads otherwise; what params convert or declare is left out."""
    helped = {*declared.units, *declared.scales, *declared.answers, *declared.sentinels}
    found = pd.DataFrame({c: read.answers.values[c].astype("object") for c in read.answers.values if c.partition("/")[0] not in helped})
    other = truth.answers.values[found.columns].astype("object")
    return int((found.notna() & found.ne(other.where(other.notna(), None))).to_numpy().sum())


def main() -> None:
    table = Table("file", "tool", "columns", "answers", "wrong columns", "wrong answers")
    rows = demonstration() + (rse2017() if REAL.is_dir() else [])
    for name, read, astray, wrong in rows:
        table.add_row(name, read.raw.tool, f"{columns_found(read):.1%}", f"{answers_found(read):.1%}", str(astray), str(wrong))
    Console(width=110).print(table)
    if any(astray or wrong for _, _, astray, wrong in rows):
        raise SystemExit("Something was understood wrongly.")


if __name__ == "__main__":
    main()
