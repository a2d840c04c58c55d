"""`reports/data/`: the long file, its codes, the codebook and their description."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from frictionless import validate

from bwise.data_package import CONF_STATUS, OBS_STATUS, codebook, codes, describe, figures, period, write_data
from bwise.settings import Fieldwork
from bwise.storage import read_csv
from bwise.tables import european_tables, load_tables
from bwise.text import CSV_RULE
from tests.test_ledger import enterprises, small_pool


@pytest.fixture(scope="module")
def long(demonstration):
    return read_csv(demonstration.reports / "data" / "figures.csv")


def small_tables(pool_of, **settings):
    pool = small_pool(pool_of, {c: enterprises(9, country=c, model=["social"]) for c in ("AT", "BE")})
    pool = replace(pool, settings=pool.settings.model_copy(update=settings))
    return pool, list(european_tables(pool, described=load_tables(pool.project).only("models", "skills")).values())


# ------------------------------------------------------------------ the description


def test_the_package_is_valid_for_the_tool_of_its_standard(demonstration):
    report = validate(demonstration.reports / "data" / "datapackage.json")
    assert report.valid and [task.name for task in report.tasks] == ["figures", "codes", "codebook"], report.flatten(["message"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",A,F,", ",Z,F,", "constraint-error"),
        ("\nskills,", "\nskill,", "constraint-error"),
        (",share,%,", ",share,EUR,", "constraint-error"),
        (",9,1,", ",nine,1,", "type-error"),
    ],
)
def test_its_tool_finds_a_code_a_unit_and_a_count_that_are_none(pool_of, tmp_path, old, new, told):
    pool, tables = small_tables(pool_of)
    write_data(tables, pool, codebook(pool, tables))
    folder = pool.project.reports / "data"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert validate(folder / "datapackage.json").valid
    text = (folder / "figures.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "figures.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    for resource in package["resources"]:  # else the hash alone would tell
        resource.pop("hash"), resource.pop("bytes")
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert told in {error[0] for error in validate(folder / "datapackage.json").flatten(["type"])}


def test_it_says_what_params_state_of_the_release_and_how_texts_stand_in_the_files(pool_of):
    pool, tables = small_tables(pool_of, released=date(2024, 5, 31), licence="CC BY 4.0", contact="survey@example.org", title="B-WISE")
    made = {"figures.csv": figures(tables, pool), "codes.csv": codes(tables), "codebook.csv": codebook(pool, tables)}
    package = describe(made, tables, pool)
    assert package["name"] == "b-wise-european-tables" and package["created"] == "2024-05-31T00:00:00Z"
    assert package["licenses"] == [{"name": "CC-BY-4.0", "title": "CC BY 4.0"}]
    assert package["contributors"] == [{"title": "survey@example.org", "roles": ["contact"]}]
    assert CSV_RULE in package["description"] and "no public-use file of single answers" in package["description"]
    unstated = describe(made, tables, replace(pool, settings=pool.settings.model_copy(update={"licence": "", "released": None})))
    assert "licenses" not in unstated and "created" not in unstated


def test_the_same_tables_give_the_same_bytes_and_the_demonstration_says_what_it_is(demonstration, tmp_path):
    text = (demonstration.reports / "data" / "datapackage.json").read_text(encoding="utf-8")
    assert "Demonstration data: synthetic, not a finding" in json.loads(text)["description"]
    assert str(demonstration.root) not in text


# ------------------------------------------------------------------ the long file


def test_a_figure_has_the_status_and_the_unit_that_say_what_it_is(pool_of):
    pool, tables = small_tables(pool_of)
    data = pd.DataFrame(
        {
            "country": ["AT", "BE", "HR", "FR"],
            "model": "social",
            "statistic": "share",
            "value": [50.0, 40.0, None, None],
            "n": pd.array([100, 9, None, 0], dtype="Int64"),
            "wises": pd.array([30, 5, None, 0], dtype="Int64"),
            "countries": pd.array([1, 1, None, 1], dtype="Int64"),
            "obs_status": ["", "u", "", ""],
            "conf_status": ["", "", "C", ""],
        }
    )
    found = figures([replace(tables[0], data=data)], pool)
    assert found[["obs_status", "conf_status"]].agg("".join, axis=1).tolist() == ["AF", "UF", "QC", "OF"]
    assert set(found["unit"]) == {"%"} and set(found["item"]) == {"social"} and found["n"].tolist()[:2] == [100, 9]


def test_each_statistic_has_its_unit_also_where_a_table_has_two_or_repeats_others(long):
    units = long.groupby(["table", "statistic"])["unit"].agg(set)
    assert units["skills", "gap"] == {"scale points, 1 to 5"} and units["skills", "critical gap"] == {"%"}
    assert units["models_by_source", "survey"] == {"%"} and units["models_by_source", "both"] == {""}
    assert units["robustness", "critical gap"] == {"%"} and "as in each table" not in set(long["unit"])


def test_the_period_is_the_fieldwork_of_the_countries_in_the_figure(pool_of):
    pool, tables = small_tables(pool_of)
    assert period(pool) == "" and set(figures(tables, pool)["period"]) == {""}
    pool.manifests["AT"]["settings"] = {"fieldwork": {"first": "2022-03-01", "last": "2022-04-30"}}
    found = figures(tables, pool)
    by_country = found[found["table"].eq("models")].groupby("country")["period"].agg(set)
    assert by_country["AT"] == {"2022-03-01/2022-04-30"} and by_country["BE"] == by_country["pooled"] == {""}
    of_all = Fieldwork(first=date(2022, 3, 15), last=date(2022, 6, 1))
    both = replace(pool, settings=pool.settings.model_copy(update={"fieldwork": of_all}))
    by_country = figures(tables, both).groupby("country")["period"].agg(set)
    assert by_country["BE"] == {"2022-03-15/2022-06-01"} and by_country["pooled"] == {"2022-03-01/2022-06-01"}


def test_the_long_file_has_each_figure_once_and_only_statuses_of_the_code_lists(long):
    assert (
        not long.drop(columns=["unit", "period", "value", "code", "n", "wises", "countries", "obs_status", "conf_status"])
        .duplicated()
        .any()
    )
    assert set(long["obs_status"]) <= set(OBS_STATUS) and set(long["conf_status"]) <= set(CONF_STATUS)
    hidden = long[long["conf_status"].eq("C")]
    assert len(hidden) and set(hidden[["value", "code", "n", "wises"]].to_numpy().ravel()) == {""} and set(hidden["obs_status"]) == {"Q"}


def test_every_code_of_the_long_file_is_in_the_list_of_codes_where_it_has_a_label(long, demonstration):
    listed = read_csv(demonstration.reports / "data" / "codes.csv")
    known = set(zip(listed["table"], listed["dimension"], listed["code"], strict=True))
    for dimension in ("model", "skill", "answer", "worker_group", "group", "breakdown", "average", "instrument", "sector", "question"):
        used = long.loc[long[dimension].ne("") & long["published_by"].eq(""), ["table", dimension]].itertuples(index=False, name=None)
        assert {(table, dimension, code) for table, code in used} <= known, dimension


# ------------------------------------------------------------------ the codebook


def test_the_codebook_says_where_a_question_was_asked_and_how_forms_differ(pool_of):
    survey = "type,name,label\nselect_multiple list,several,Which of these?\ninteger,staff,How many?\n"
    choices = "list_name,name,label\nlist,a,First\nlist,b,Second\n"
    people = {c: [{"several/a": True, "several/b": False, "staff": 3}] for c in ("AT", "BE")}
    pool = pool_of(survey, choices, people)
    pool.missing.loc[pool.missing["country"].eq("BE"), ["several/b", "staff"]] = "not_asked"
    pool.manifests["AT"]["comparability"] = {"recoded": ["staff"]}
    book = codebook(pool, []).set_index("question")
    assert book.loc["several", ["asked_in", "not_asked_in", "answers"]].tolist() == ["AT BE", "", "a = First; b = Second"]
    assert book.loc["several", "differences"] == "answer b not offered: BE"
    assert book.loc["staff", ["asked_in", "not_asked_in"]].tolist() == ["AT", "BE"]
    assert book.loc["staff", "differences"].startswith("recoded (brought onto the common unit") and book["answered"].isna().all()


def test_the_codebook_counts_only_persons_whom_a_published_table_counts(demonstration, european):
    book = read_csv(demonstration.reports / "data" / "codebook.csv")
    told = book[book["answered"].ne("")]
    assert len(told) > 15 and set(told["part"]) == {"survey"} and not book.duplicated(["part", "question"]).any()
    for row in told.to_dict("records"):
        data = european[row["answered_in_table"]].data
        assert int(row["answered"]) in set(data.loc[data["conf_status"].eq(""), "n"].dropna())


def test_a_base_that_is_withheld_is_in_no_codebook(pool_of):
    pool = small_pool(pool_of, {c: enterprises(1, country=c, model=["social"]) for c in ("AT", "BE")})
    tables = list(european_tables(pool, described=load_tables(pool.project).only("models")).values())
    assert all(table.data["conf_status"].eq("C").any() for table in tables)
    assert codebook(pool, tables)["answered"].isna().all()
