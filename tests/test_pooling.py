import shutil

import pandas as pd
import pytest

from bwise.pooling import country_pool, load_pool
from bwise.problems import ProblemsFound
from bwise.settings import Project, load_country
from bwise.storage import write_text
from tests.test_cleaning import ENABLER, ROOT, WORKER, export, people, small_project
from tests.test_lineage import answers_of, run


@pytest.fixture(scope="module")
def pool(demonstration_pool):
    return demonstration_pool


def two_countries(folder, **params) -> Project:
    """AT and BE with the small survey; `AT=` and `BE=` are lines of their params."""
    for country in ("AT", "BE"):
        project = small_project(
            folder, *people({}, {}), ENABLER, country=country, file=f"raw/{country}/answers.csv", params=params.get(country, "")
        )
    write_text(project.params / "consolidation.yaml", "questionnaire: small\ncountries: [BE, AT]\n")
    for country in ("AT", "BE"):
        run(project, country)
    return project


def test_all_countries_stand_in_the_pool_in_the_order_of_params(pool):
    assert pool.countries == ["AT", "BE", "BG", "HR", "FR", "EL", "IT", "LV", "NL", "PL", "RO", "SI", "ES"]
    assert pool.left_out == {}
    assert pool.demonstration


def test_every_respondent_kept_is_in_the_pool_once_and_with_her_answers(pool, questionnaire):
    counts = pool.answers["country"].value_counts(sort=False).to_dict()
    assert counts == {c: m["rows"]["kept"] for c, m in pool.manifests.items()}
    assert pool.answers["respondent"].is_unique
    assert pool.answers["respondent"].equals(pool.missing["respondent"])
    for country in ("AT", "RO"):
        own = answers_of(pool.project, country).set_index("respondent")[questionnaire.all_columns].astype(object)
        pooled = pool.answers[pool.answers["country"] == country].set_index("respondent")[questionnaire.all_columns].astype(object)
        pooled = pooled.loc[own.index]
        assert own.where(own.notna(), None).equals(pooled.where(pooled.notna(), None))


def test_choices_have_the_same_categories_for_all_countries(pool, questionnaire):
    assert pool.answers["model"].cat.categories.tolist() == ["productive", "social", "training", "mixed", "other"]


def test_the_countries_of_the_demonstration_were_all_asked_alike(pool, questionnaire):
    assert {pool.status(q, c) for q in questionnaire.questions for c in pool.countries} == {"identical"}
    assert pool.comparable("model", "staff") == pool.countries


def test_the_flagged_of_the_pool_are_those_of_all_countries(pool):
    each = [set(pd.read_csv(pool.project.processed(c) / "flags.csv")["respondent"]) for c in pool.countries]
    assert pool.flagged == set().union(*each)
    assert sum(map(len, each)) == len(pool.flagged) > 10


def test_a_country_alone_is_pooled_as_its_notebook_cleaned_it(demonstration):
    assert country_pool(demonstration, load_country(demonstration, "EL")).countries == ["EL"]


def test_a_country_cleaned_with_other_settings_than_its_file_says_is_left_out(tmp_path):
    project = two_countries(tmp_path)
    path = project.params / "AT.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "minimum_answered: 0.9\n", encoding="utf-8")
    assert list(load_pool(project).left_out) == ["AT"]
    with pytest.raises(ProblemsFound, match=r"changed since it was cleaned"):
        country_pool(project, load_country(project, "AT"))


def test_a_country_whose_export_changed_after_cleaning_is_left_out_and_named(tmp_path):
    project = two_countries(tmp_path)
    export(tmp_path / "raw/AT/answers.csv", *people({}, {"staff": "11"}))
    pool = load_pool(project)
    assert pool.countries == ["BE"]
    assert pool.left_out == {"AT": "changed since it was cleaned: an export"}
    assert set(pool.answers["country"]) == {"BE"}


def test_a_country_whose_export_is_gone_is_left_out_and_named(tmp_path):
    project = two_countries(tmp_path)
    (tmp_path / "raw/AT/answers.csv").unlink()
    assert load_pool(project).left_out == {"AT": "changed since it was cleaned: an export"}


def test_a_country_whose_params_changed_after_cleaning_is_left_out_until_it_is_run_again(tmp_path):
    project = two_countries(tmp_path)
    with (project.params / "AT.yaml").open("a") as file:
        file.write("minimum_answered: 0.3\n")
    assert load_pool(project).left_out == {"AT": "changed since it was cleaned: params/AT.yaml"}
    run(project, "AT")
    assert load_pool(project).left_out == {}


def test_a_country_without_a_manifest_is_left_out(tmp_path):
    project = two_countries(tmp_path)
    (project.processed("AT") / "manifest.json").unlink()
    assert load_pool(project).left_out == {"AT": "not cleaned yet, or its last run failed"}


def test_a_country_with_another_questionnaire_is_left_out(tmp_path):
    project = two_countries(tmp_path)
    shutil.copytree(project.params / "questionnaires/small", project.params / "questionnaires/other")
    params = project.params / "AT.yaml"
    params.write_text(params.read_text().replace("small", "other"))
    run(project, "AT")
    assert load_pool(project).left_out == {"AT": "answers another questionnaire (other)"}


def test_nothing_to_pool_is_told_for_every_country(tmp_path):
    project = two_countries(tmp_path)
    shutil.rmtree(tmp_path / "processed")
    with pytest.raises(ProblemsFound) as found:
        load_pool(project)
    assert "BE: not cleaned yet" in str(found.value) and "run `bwise run AT`" in str(found.value)


@pytest.mark.parametrize(
    ("params", "question", "status"),
    [
        ("    scales: {s1: yes_no}\n    answers: {s1: {'1': yes, '': no_answer}}\n", "s1", "different scale"),
        ("    scales: {s1: rating}\n", "s1", "identical"),
        ("    units: {income_a: share}\n", "income_a", "recoded"),
        ("    columns: {s1: ignore}\n", "s1", "not asked"),
        ("", "s1", "identical"),
    ],
)
def test_the_answers_of_a_country_are_as_comparable_as_they_were_asked(tmp_path, params, question, status):
    pool = load_pool(two_countries(tmp_path, AT=params))
    assert pool.status(question, "AT") == status
    assert pool.status(question, "BE") == "identical"
    assert pool.comparable(question) == (["BE", "AT"] if status in ("identical", "recoded") else ["BE"])
    assert pool.comparable("s2", "staff") == ["BE", "AT"]


def test_answers_on_another_scale_stand_in_the_pool_with_their_own_codes(tmp_path):
    scale = "    scales: {s1: yes_no}\n    answers: {s1: {'1': yes, '': no_answer}}\n"
    pool = load_pool(two_countries(tmp_path, AT=scale))
    assert pool.answers["s1"].cat.categories.tolist() == ["1", "2", "3", "dont_know", "yes"]
    assert pool.answers.groupby("country", observed=True)["s1"].agg(lambda s: s.dropna().tolist()).to_dict() == {
        "BE": ["1", "1"],
        "AT": ["yes", "yes"],
    }


def test_an_export_may_lie_anywhere_in_the_project(tmp_path):
    project = small_project(tmp_path, WORKER, ENABLER, file="exports/answers.csv")
    run(project)
    assert load_pool(project).left_out == {}


def test_greece_is_el_in_the_order_of_countries_too(tmp_path):
    project = small_project(tmp_path, WORKER, country="EL", file="raw/EL/answers.csv")
    for country in ("AT", "BE"):
        small_project(tmp_path, WORKER, country=country)
    write_text(project.params / "consolidation.yaml", "questionnaire: small\ncountries: [GR, BE, AT]\n")
    assert project.countries() == ["EL", "BE", "AT"]


def test_the_params_of_the_demonstration_name_every_country_once():
    countries = Project(ROOT).consolidation().countries
    assert sorted(countries) == sorted(p.stem for p in (ROOT / "params").glob("[A-Z][A-Z].yaml"))
