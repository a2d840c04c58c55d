"""Releases: what is frozen, what is remembered of whom, and when nothing more is published beside it."""

import json
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from bwise import staleness
from bwise.comparison import compare_with_release
from bwise.ledger import POOLED
from bwise.pooling import load_pool
from bwise.problems import ProblemsFound
from bwise.publication import write_record, write_tables
from bwise.releases import freeze, release
from bwise.remembered import load_releases, respondents_since
from bwise.settings import KEY_FILE, Project
from bwise.staleness import CONSOLIDATION
from bwise.tables import european_tables, load_tables
from bwise.workflow import template
from tests.said import Said
from tests.test_ledger import enterprises, shown_of, small_pool

DAY = date(2022, 11, 1)


def published(pool, only=("models", "skills"), name=""):
    """The tables of this pool, written to reports/; released by this name."""
    tables = european_tables(pool, described=load_tables(pool.project).only(*only))
    write_tables(list(tables.values()), pool.project)
    write_record(list(tables.values()), pool)
    if name:
        freeze(name, DAY, tables, pool)
    return tables


def of_countries(pool_of, **sizes):
    """A pool of countries with as many enablers as stated, of an enterprise each; ratings differ."""
    people = {c: enterprises(size, country=c, model=["social"]) for c, size in sizes.items()}
    for found in people.values():
        for number, person in enumerate(found):
            person["r1"] = str(1 + number % 2)
    return small_pool(pool_of, people)


def status(tables, country):
    return shown_of(tables["models"], country=country, model="social")["conf_status"].iloc[0]


def edited(pool, who, **answers):
    changed = pool.answers.copy()
    for question, answer in answers.items():
        changed.loc[changed["respondent"].isin(who), question] = answer
    return replace(pool, answers=changed)


# ------------------------------------------------------------------ what a release hides later on


def test_the_same_answers_give_the_same_tables_after_a_release_as_before(pool_of):
    pool = of_countries(pool_of, AT=9, BE=8)
    before = published(pool, name="first")
    after = european_tables(pool, described=load_tables(pool.project).only("models", "skills"))
    for id_, table in before.items():
        pd.testing.assert_frame_equal(table.data, after[id_].data)
    assert after.audit["hidden for an earlier release"] == 0


def test_a_figure_that_differs_from_a_released_one_by_one_respondent_is_withheld_and_by_five_is_not(pool_of):
    published(of_countries(pool_of, AT=9, BE=8), name="first")
    one_more = published(of_countries(pool_of, AT=10, BE=8))
    assert (status(one_more, "AT"), status(one_more, POOLED), status(one_more, "BE")) == ("C", "C", "")
    assert one_more.audit["hidden for an earlier release"] > 0
    five_more = published(of_countries(pool_of, AT=14, BE=8))
    assert (status(five_more, "AT"), status(five_more, POOLED), status(five_more, "BE")) == ("", "", "")


def test_what_a_release_hid_stays_hidden_when_thresholds_fall(pool_of):
    pool = of_countries(pool_of, AT=9, BE=4)
    assert status(published(pool, name="first"), "BE") == "C"
    lower = replace(pool, settings=pool.settings.model_copy(update={"minimum_persons": 2, "minimum_wises": 2}))
    assert status(published(lower), "BE") == "C"


def test_what_a_release_showed_stays_shown_when_thresholds_rise(pool_of):
    pool = of_countries(pool_of, AT=9, BE=8)
    published(pool, name="first")
    higher = replace(pool, settings=pool.settings.model_copy(update={"minimum_persons": 9}))
    assert status(published(higher), "BE") == ""


def test_one_respondent_more_is_withheld_also_where_a_scale_was_turned_round_for_the_whole_country(pool_of):
    """Everybody's answers changed, but how is no secret: the sums of both releases tell those of the one who came."""
    first, second = (of_countries(pool_of, AT=n, BE=12) for n in (12, 13))
    published(first, name="first")
    turned = second.answers["r1"].astype("str").map({"1": "2", "2": "1"})
    at = second.answers["country"].eq("AT")
    answers = second.answers.assign(r1=pd.Categorical(turned.where(at, second.answers["r1"].astype("str")), ["1", "2"]))
    found = shown_of(published(replace(second, answers=answers))["skills"], statistic="relevance", average=POOLED)
    assert set(found["conf_status"]) == {"C"}


def test_a_second_release_remembers_the_first(pool_of):
    published(of_countries(pool_of, AT=9, BE=8), name="first")
    published(of_countries(pool_of, AT=14, BE=8), name="second")
    assert [each.name for each in load_releases(of_countries(pool_of, AT=14, BE=8).project)] == ["second", "first"]
    assert status(published(of_countries(pool_of, AT=15, BE=8)), "AT") == "C", "one more than the second"
    assert status(published(of_countries(pool_of, AT=10, BE=8)), "AT") == "C", "one more than the first"


def test_fieldwork_tells_that_one_more_took_part_and_not_in_which_worker_group(pool_of):
    published(of_countries(pool_of, AT=9, BE=8), only=("fieldwork",), name="first")
    data = published(of_countries(pool_of, AT=10, BE=8), only=("fieldwork",))["fieldwork"].data
    counts = data.set_index(["country", "statistic"])
    assert counts.loc[("AT", "respondents kept"), "value"] == 10
    for place in ("AT", POOLED):
        assert counts.loc[[(place, "Enabler"), (place, "respondents flagged")], "conf_status"].tolist() == ["C", "C"]
    assert counts.loc[("BE", "Enabler"), ["value", "conf_status"]].tolist() == [8, ""]


# ------------------------------------------------------------------ who is who


def test_rows_without_identifier_that_moved_up_are_the_same_people_and_the_one_taken_out_is_found(pool_of):
    """The pseudonym of row 2 stands for another person once row 2 is deleted."""
    pool = of_countries(pool_of, AT=9, BE=8)
    marked = pool.answers.assign(staff=[float(n) for n in range(len(pool.answers))])  # no two alike
    pool = replace(pool, answers=marked)
    published(pool, name="first")
    shorter = marked[marked["respondent"].ne("AT1")].reset_index(drop=True)
    names = [f"AT{n}" for n in range(8)] + [f"BE{n}" for n in range(8)]
    shorter = replace(pool, answers=shorter.assign(respondent=names), missing=pool.missing.drop(index=1).reset_index(drop=True))
    (first,) = load_releases(pool.project)
    assert respondents_since(first, shorter, shorter.answers["wise"]) == {"AT": ["survey: 1 respondents removed"]}
    assert status(published(shorter), "AT") == "C"


def test_who_came_went_and_answers_otherwise_is_counted(pool_of):
    pool = of_countries(pool_of, AT=9, BE=8)
    published(pool, name="first")
    grown = edited(of_countries(pool_of, AT=11, BE=7), ["BE0"], staff=12.0)
    (first,) = load_releases(pool.project)
    found = respondents_since(first, grown, grown.answers["wise"])
    assert found == {
        "AT": ["survey: 2 respondents added"],
        "BE": ["survey: 1 respondents removed", "survey: 1 respondents with other answers"],
    }


def test_what_is_remembered_of_answers_tells_which_are_equal_of_nobody_but_the_same_respondent(pool_of):
    pool = of_countries(pool_of, AT=9, BE=8)
    published(pool, name="first")
    (first,) = load_releases(pool.project)
    marks = first.people[first.questions]
    assert {"r1", "e1", "model"} <= set(marks) and marks.stack().is_unique
    assert marks.map(len).eq(12).all(axis=None)


# ------------------------------------------------------------------ what lies where, and what is refused


@pytest.fixture
def consolidated(copy_of):
    """Two countries of the demonstration, consolidated as `bwise run` does it."""
    project = copy_of("AT", "LV")
    began = staleness.begin(project, CONSOLIDATION, template(project, CONSOLIDATION))
    pool = load_pool(project)
    tables = list(european_tables(pool).values())
    write_tables(tables, project)
    write_record(tables, pool)
    staleness.note(project, CONSOLIDATION, began, staleness.results(project, CONSOLIDATION))
    return project


def refused(project: Project, name: str = "2022-11") -> str:
    with pytest.raises(ProblemsFound) as found:
        release(project, name, DAY)
    assert not (project.root / "releases" / name / "release.json").is_file()
    return str(found.value)


def test_a_release_is_figures_and_a_manifest_and_names_no_file_of_a_partner(consolidated):
    said = Said(consolidated.root, "release", "2022-11", "--date", "2022-11-01")
    assert said.well() and said.out.startswith("releases/2022-11/ written: "), said.err
    folder = consolidated.root / "releases" / "2022-11"
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {*manifest["figures"], "release.json"}
    assert {name.partition("/")[0] for name in manifest["figures"]} == {"tables", "consolidation.json"}
    assert (manifest["release"], manifest["date"]) == ("2022-11", "2022-11-01")
    for table in (consolidated.reports / "tables").iterdir():
        assert (folder / "tables" / table.name).read_bytes() == table.read_bytes()
    text = "".join(path.read_text(encoding="utf-8-sig") for path in folder.rglob("*.*") if path.is_file())
    respondents = pd.read_parquet(consolidated.processed("AT") / "answers.parquet")["respondent"]
    assert "survey481516" not in text and not any(who in text for who in respondents)
    with pytest.raises(ProblemsFound, match="there is a release 2022-11 already"):
        release(consolidated, "2022-11", DAY)
    said = Said(consolidated.root, "diff", "--release", "2022-11")
    assert said.well() and said.out.startswith("No figure moved."), said.out + said.err
    Said(consolidated.root, "diff").refused("bwise diff --release NAME")
    with pytest.raises(ProblemsFound, match="did you mean `2022-11`"):
        compare_with_release(consolidated, "2022-12")


def test_nothing_is_released_that_the_last_run_did_not_write(consolidated):
    path = consolidated.reports / "tables" / "models.csv"
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    assert "reports/tables/models.csv is not what its last run wrote" in refused(consolidated)
    path.write_bytes(kept)
    settings = consolidated.params / "consolidation.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# another day\n", encoding="utf-8")
    assert "params/consolidation.yaml has changed" in refused(consolidated)


@pytest.mark.parametrize("name", ["", ".", "../x", "a/b", ".hidden", "a b", "x" * 60])
def test_a_name_that_is_no_folder_is_refused(tmp_path, name):
    with pytest.raises(ProblemsFound, match="is no name of a folder"):
        release(Project(tmp_path), name, DAY)


def test_nothing_is_published_when_it_is_forgotten_who_counted_in_a_release(pool_of):
    pool = of_countries(pool_of, AT=9, BE=8)
    published(pool, name="first")
    folder, kept = pool.project.root / "processed" / "releases" / "first", pool.project.root / "kept"
    shutil.move(folder, kept)
    with pytest.raises(ProblemsFound, match="not known any more who counted in release first"):
        published(pool)
    shutil.move(kept, folder)
    (folder / "cells.parquet").write_bytes(b"")
    with pytest.raises(ProblemsFound, match="not known any more who counted in release first"):
        published(pool)
    shutil.rmtree(pool.project.root / "releases")
    with pytest.raises(ProblemsFound, match="release first is gone"):
        published(pool)


def test_nothing_is_published_when_pseudonyms_have_another_key_than_in_a_release(pool_of):
    pool = of_countries(pool_of, AT=9, BE=8)
    published(pool, name="first")
    (pool.project.root / KEY_FILE).unlink()
    with pytest.raises(ProblemsFound, match="made under another key of pseudonyms"):
        published(pool)
