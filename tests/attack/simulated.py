"""Small projects with answers drawn by chance: what an attacker is let loose on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.pooling import Pool
from bwise.questionnaire import Questionnaire
from bwise.settings import ConsolidationSettings, Project

GROUPS = ("enabler", "supporter", "wsn")


def simulated_pool(questionnaire: Questionnaire, project: Project, seed: int, **settings) -> Pool:
    """Three to six countries of four to nine enterprises, each with an enabler, a supporter or two, and up to three workers.

    Some countries have two partners. Two to ten per cent of the answers are missing; everybody was asked everything, whatever the
    conditions of the questionnaire say, so that bases differ in as many ways as they can.
    """
    chance = np.random.default_rng(seed)
    codes = ["AT", "BE", "BG", "HR", "FR", "EL"][: chance.integers(3, 7)]
    people = _people(chance, codes, questionnaire)
    blank = chance.uniform(0.02, 0.10)
    answers = people[["country", "partner", "delivery", "respondent", "wise", "row"]].copy()
    for question in questionnaire.questions.values():
        for column, told in _drawn(chance, question, questionnaire, len(people)).items():
            given = chance.random(len(people)) >= (blank if question.role not in ("group", "partner") else 0)
            answers[column] = told.where(given)
    for question in questionnaire.with_role("group"):
        answers[question.name] = pd.Categorical(people["group"], list(questionnaire.choices(question.name)))
    columns = questionnaire.all_columns
    missing = answers[columns].isna().replace({True: "no_answer", False: ""}).assign(country=answers["country"])
    answers["country"] = pd.Categorical(answers["country"], codes)
    manifests = {c: _manifest(people[people["country"].eq(c)]) for c in codes}
    chosen = ConsolidationSettings(questionnaire=questionnaire.name, countries=codes, **settings)
    return Pool(project, chosen, questionnaire, answers, missing, manifests, {})


def _people(chance: np.random.Generator, codes: list[str], questionnaire: Questionnaire) -> pd.DataFrame:
    rows = []
    for country in codes:
        partners = chance.integers(1, 3)
        for number in range(chance.integers(4, 10)):
            partner = f"{country}-{1 + number % partners}"
            staff = ["enabler"] + ["supporter"] * chance.integers(1, 3) + ["wsn"] * chance.integers(0, 4)
            rows += [(country, partner, partner, f"{country}w{number}", group) for group in staff]
    people = pd.DataFrame(rows, columns=["country", "partner", "delivery", "wise", "group"])
    return people.assign(respondent=[f"r{n}" for n in people.index], row=[f"row{n}" for n in people.index])


def _drawn(chance: np.random.Generator, question, questionnaire: Questionnaire, count: int) -> dict[str, pd.Series]:
    """Column -> an answer of everybody."""
    offered = questionnaire.choices(question.name)
    choices = [c for c in offered if not offered[c].missing]
    if question.kind == "select_multiple":
        return {
            f"{question.name}/{c}": pd.Series(chance.random(count) < 0.3).astype("object") for c in questionnaire.choices(question.name)
        }
    if question.kind == "select_one":
        weights = chance.dirichlet(np.ones(len(choices)))
        drawn = pd.Series(chance.choice(choices, count, p=weights))
        return {question.name: drawn.astype(pd.CategoricalDtype(list(questionnaire.choices(question.name))))}
    if question.is_number:
        low, high = (1990, 2021) if question.role == "founded" else (1, 120)
        return {question.name: pd.Series(chance.integers(low, high, count), dtype="float64")}
    return {question.name: pd.Series(pd.NA, index=range(count), dtype="str")}


def _manifest(people: pd.DataFrame) -> dict:
    deliveries = [
        {"name": p, "partner": p, "kept": len(d), "records": len(d), "columns": 1, "columns_matched": 1, "tool": "", "encoding": ""}
        for p, d in people.groupby("partner")
    ]
    return {
        "demonstration": True,
        "comparability": {},
        "program": "simulated",
        "inputs": {},
        "deliveries": deliveries,
        "rows": {"received": len(people), "excluded": {}, "kept": len(people)},
        "wises": people["wise"].nunique(),
    }
