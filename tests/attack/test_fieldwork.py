"""Fieldwork says how many took part in each country, which no rule withholds: it gives no answer away."""

import shutil

import pytest

from bwise.publication import write_tables
from bwise.settings import Project
from bwise.tables import european_tables, load_tables
from tests.attack.reading import People, Row, read_tables
from tests.attack.row_space import leaks
from tests.attack.simulated import simulated_pool
from tests.conftest import ROOT

PERSONS, WISES = 5, 3  # thresholds of params/consolidation.yaml
TABLES = ("fieldwork", "models", "skills", "skills_by_country", "pathways")


@pytest.fixture
def published(questionnaire, tmp_path):
    """The people of a small project, and what an attacker reads in its tables."""
    shutil.copytree(ROOT / "params", tmp_path / "params")
    pool = simulated_pool(questionnaire, Project(tmp_path), 2)
    tables = european_tables(pool, described=load_tables(pool.project).only(*TABLES))
    write_tables(list(tables.values()), pool.project)
    people = People(pool.answers, pool.questionnaire, pool.settings)
    return people, read_tables(tmp_path / "reports" / "tables", people).rows


def how_many_answered(family, rows: list[Row], people: People) -> list[Row]:
    """More than fieldwork says: how many of each country rated, whether their figures are shown or not."""
    everybody = {person for row in rows for person, _, _ in row.people}
    measures = {name.partition("=")[0] for row in rows for name, _ in row.columns if "=" in name}
    scales = [tuple((f"{measure}={point}", 1.0) for point in range(1, 6)) for measure in sorted(measures)]
    known = []
    for country in sorted(set(people.country)):
        here = tuple((person, 1, 1) for person in sorted(everybody) if people.country[person] == country)
        if here:
            known += [Row(family, here, (1.0,) * len(here), scale, float(len(here)), (0, 1), f"n of {country}") for scale in scales]
    return known


def test_who_knows_how_many_answered_in_each_country_learns_no_answer_of_too_few(published):
    people, by_family = published
    ratings = {family: rows for family, rows in by_family.items() if family[0] == "skill"}
    assert any(row.hidden for rows in ratings.values() for row in rows)
    for family, rows in ratings.items():
        told = rows + how_many_answered(family, rows, people)
        assert len(told) > len(rows)
        assert leaks(family, told, people, PERSONS, WISES) == set()
