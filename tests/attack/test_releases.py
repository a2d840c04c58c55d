"""An attacker reads two releases that differ by one respondent: the figures of both together, and nothing else."""

import shutil
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from bwise import tables as made
from bwise.pooling import Pool
from bwise.publication import write_record, write_tables
from bwise.releases import freeze
from bwise.settings import Project
from bwise.tables import european_tables, load_tables
from tests.attack.reading import SELF, People, read_tables
from tests.attack.row_space import leaks
from tests.attack.simulated import simulated_pool
from tests.conftest import ROOT

PERSONS, WISES = 5, 3  # thresholds of params/consolidation.yaml
PUBLIC = ""
FIRST = "first"
SOME = ("models", "income", "pathways", "skills", "skills_by_country")


# ------------------------------------------------------------------ what happens between two releases


def without(pool: Pool, *respondents: str) -> Pool:
    """The pool before these respondents came, or after they left."""
    kept = ~pool.answers["respondent"].isin(respondents)
    answers, missing = (frame[kept.to_numpy()].reset_index(drop=True) for frame in (pool.answers, pool.missing))
    return replace(pool, answers=answers, missing=missing)


def corrected(pool: Pool, respondent: str, **answers) -> Pool:
    """The pool after somebody corrected what this respondent answered."""
    changed = pool.answers.copy()
    for question, answer in answers.items():
        changed.loc[changed["respondent"].eq(respondent), question] = answer
    return replace(pool, answers=changed)


def in_everything(pool: Pool) -> str:
    """A worker of an enterprise whose model is known, and of a country that others share."""
    group, model = (pool.questionnaire.one(role).name for role in ("group", "model"))
    told = pool.answers[pool.answers[group].eq("enabler") & pool.answers[model].notna()]
    return told["respondent"].iloc[0]


def rated(pool: Pool):
    """The first rating of relevance that everybody gives of her own work."""
    return next(q for q in pool.questionnaire.with_role("skill", "relevance") if q.subject in ("", "self"))


def added(pool, who):
    return without(pool, who), pool, None


def removed(pool, who):
    return pool, without(pool, who), None


def moved(pool, who):
    """She turns out to belong to another worker group."""
    return pool, corrected(pool, who, **{pool.questionnaire.one("group").name: "supporter"}), None


def answered_otherwise(pool, who):
    """One of her ratings was typed wrong."""
    question = rated(pool)
    told = pool.answers.loc[pool.answers["respondent"].eq(who), question.name].iloc[0]
    return pool, corrected(pool, who, **{question.name: "2" if told != "2" else "4"}), question


CHANGES = [added, removed, moved, answered_otherwise]


# ------------------------------------------------------------------ what the attacker has


def publish(pool: Pool, only: tuple[str, ...]):
    described = load_tables(pool.project)
    tables = european_tables(pool, described=described.only(*only) if only else described)
    write_tables(list(tables.values()), pool.project)
    write_record(list(tables.values()), pool)
    return tables


def first_release(change, seed, questionnaire, folder, only=SOME):
    """Publish in this folder, release, then change: the pools before and after, the question that was corrected, and whom it concerns."""
    shutil.copytree(ROOT / "params", folder / "params")
    pool = simulated_pool(questionnaire, Project(folder), seed)
    before, after, question = change(pool, in_everything(pool))
    freeze(FIRST, date(2022, 11, 1), publish(before, only), before)
    return before, after, question, in_everything(pool)


@pytest.fixture(scope="module", params=CHANGES)
def released(request, questionnaire, tmp_path_factory):
    return first_release(request.param, 2, questionnaire, tmp_path_factory.mktemp("released"))


def second_release(before, after, question, who, only=SOME):
    """Publish again: the rows of both releases, and who stands behind them."""
    publish(after, only)
    folders = (after.project.root / "releases" / FIRST / "tables", after.project.reports / "tables")
    return both_read(folders, (before, after), question, who)


def both_read(folders, pools, question, who):
    """Rows of both folders over everybody who counts in either; family -> rows.

    Where an answer was corrected, the first release counts, in the figures made of it, somebody more: what she had answered before, less
    what she answers now.
    """
    people = [People(pool.answers, pool.questionnaire, pool.settings) for pool in pools]
    everybody = list(dict.fromkeys([*pools[0].answers["respondent"], *pools[1].answers["respondent"]]))
    known = pd.concat([pool.answers[["respondent", "partner", "wise"]] for pool in pools]).drop_duplicates("respondent")
    known = known.set_index("respondent").astype("str").loc[[*everybody, who]]
    place, rows = {respondent: n for n, respondent in enumerate(everybody)}, {}
    for number, (folder, mine, pool) in enumerate(zip(folders, people, pools, strict=True)):
        reading = read_tables(folder, mine)
        assert reading.unread == []
        at = [place[respondent] for respondent in pool.answers["respondent"]]
        for family, found in reading.rows.items():
            differs = number == 0 and question is not None and family == (question.role, question.concept, SELF)
            rows.setdefault(family, []).extend(_over_everybody(row, at, len(everybody), place[who] if differs else None) for row in found)
    return SimpleNamespace(partner=known["partner"].to_numpy(), wise=known["wise"].to_numpy()), rows


def _over_everybody(row, at, change, changed):
    behind = [(at[person], top, below) for person, top, below in row.people]
    behind += [(change, top, below) for person, top, below in behind if person == changed]
    return replace(row, people=tuple(behind))


def given_away(people, rows, view=PUBLIC):
    return [leak for family, found in rows.items() for leak in leaks(family, found, people, PERSONS, WISES, view)]


def test_two_releases_that_differ_by_one_respondent_give_nobody_away(released):
    """Neither to the public nor to a partner, who knows its own answers; and the second release still says something."""
    people, rows = second_release(*released)
    assert [leak for view in (PUBLIC, *sorted(set(people.partner))[:2]) for leak in given_away(people, rows, view)] == []
    assert sum(not row.hidden for found in rows.values() for row in found) > 500


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("change", CHANGES)
def test_all_tables_of_two_releases_give_nobody_away_to_any_partner(questionnaire, tmp_path, change, seed):
    people, rows = second_release(*first_release(change, seed, questionnaire, tmp_path, only=()), only=())
    assert [leak for view in (PUBLIC, *sorted(set(people.partner))) for leak in given_away(people, rows, view)] == []


def test_without_the_memory_of_the_first_release_the_second_gives_her_away(released, monkeypatch):
    """Or the tests above would prove nothing."""
    monkeypatch.setattr(made, "load_releases", lambda project: [])
    people, rows = second_release(*released)
    assert any(len(leak.persons) == 1 for leak in given_away(people, rows))
