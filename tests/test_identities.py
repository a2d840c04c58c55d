from pathlib import Path

import pandas as pd
import pytest

from bwise.cleaning import apply_skip_logic, exclude, gather, record_change
from bwise.identities import check_identities
from bwise.lineage import save
from bwise.matching import read_deliveries
from bwise.privacy import project_key, protect
from bwise.problems import ProblemsFound
from bwise.settings import Project, load_country
from tests.test_cleaning import ROOT, people, small_project
from tests.test_lineage import cleaned, in_order


def test_each_identity_says_both_its_sides(tmp_path):
    country = cleaned(small_project(tmp_path, *people({}, {"comments": "test"}, {})))
    proof = check_identities(country)
    assert (proof["left"] == proof["right"]).all()
    assert proof.set_index("identity").loc["rows received = kept + excluded", "left"] == 3


def tampered(folder: Path, tamper) -> str:
    """What a run says after somebody changed the answers in memory; nothing may be saved."""
    project = small_project(folder, *people({}, {}, {"s1": ""}, {"wise_code": ""}))
    country = cleaned(project)
    tamper(country)
    with pytest.raises(ProblemsFound) as found:
        check_identities(country)
        save(country, project)
    assert not project.processed("AT").exists()
    return str(found.value)


@pytest.mark.parametrize(
    ("column", "value"), [("s1", "2"), ("group", "enabler"), ("staff", 11.0), ("income_a", 6.0), ("s4", None)], ids=lambda v: str(v)
)
def test_an_answer_that_is_not_what_came_in_stops_the_run(tmp_path, column, value):
    def tamper(country):
        country.values.loc[1, column] = value

    message = tampered(tmp_path, tamper)
    assert f"{column}: 1 answer is not what raw cells, mapping and changes say" in message
    assert "rows 3" in message and "Nothing was saved" in message


def test_an_answer_that_came_from_nowhere_stops_the_run(tmp_path):
    def tamper(country):
        country.values.loc[2, "s1"] = "3"

    assert "s1: 1 cells are neither an answer nor missing for a reason" in tampered(tmp_path, tamper)


@pytest.mark.parametrize("reason", ["", "lost"])
def test_a_missing_answer_without_a_reason_stops_the_run(tmp_path, reason):
    def tamper(country):
        country.reasons.loc[2, "s1"] = reason

    assert "is not" in tampered(tmp_path, tamper)


def test_a_reason_for_an_answer_that_is_there_stops_the_run(tmp_path):
    def tamper(country):
        country.reasons.loc[0, "comments"] = ""

    assert "comments: 1 cells are neither an answer nor missing for a reason" in tampered(tmp_path, tamper)


def test_a_change_that_is_recorded_does_not_stop_the_run(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    country = cleaned(project)
    record_change(country, country.rows.index[:1], "staff", "10", "11", "by hand", "a slip")
    country.values.loc[0, "staff"] = 11.0
    check_identities(country)
    save(country, project)
    assert in_order(project, "AT", "changes.csv")[["source_row", "question", "old", "new"]].to_numpy().tolist() == [
        [2, "staff", "10", "11"]
    ]


def test_a_recorded_change_that_says_another_value_stops_the_run(tmp_path):
    def tamper(country):
        record_change(country, country.rows.index[:1], "staff", "10", "11", "by hand", "a slip")
        country.values.loc[0, "staff"] = 99.0

    assert "staff" in tampered(tmp_path, tamper)


@pytest.mark.parametrize(("column", "value"), [("barriers/cost", False), ("comments", "never said"), ("partner_code", "BE-1")])
def test_a_multiple_or_open_answer_that_is_not_what_came_in_stops_the_run(tmp_path, column, value):
    def tamper(country):
        country.values.loc[1, column] = value
        country.reasons.loc[1, column] = ""

    assert column.partition("/")[0] in tampered(tmp_path, tamper)


def test_a_row_that_got_lost_stops_the_run(tmp_path):
    def tamper(country):
        country.rows, country.values, country.reasons = country.rows[:-1], country.values[:-1], country.reasons[:-1]

    assert "AT-1" in tampered(tmp_path, tamper)


@pytest.fixture
def greek(tmp_path, questionnaire):
    """The Greek delivery of the demonstration: Microsoft Forms keeps the text of "other" in the cell of its question."""
    project, settings = Project(ROOT), load_country(Project(ROOT), "EL")
    country = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    return protect(exclude(apply_skip_logic(country)), project_key(tmp_path))


def problems_of(country) -> str:
    with pytest.raises(ProblemsFound) as found:
        check_identities(country)
    return str(found.value)


def test_a_text_of_other_in_the_cell_of_its_question_is_proved_from_that_cell(greek):
    proof = check_identities(greek).set_index("identity")
    assert proof["left"].tolist() == proof["right"].tolist()
    said = greek.values.loc[greek.kept, "funding_other"].dropna()
    assert len(said)
    greek.values.loc[said.index[0], "funding_other"] = "what nobody typed"
    assert "funding_other: 1 answer is not what raw cells, mapping and changes say" in problems_of(greek)


def test_a_text_of_other_that_is_lost_is_missed(greek):
    said = greek.values.loc[greek.kept, "funding_other"].dropna()
    greek.values.loc[said.index[0], "funding_other"] = pd.NA
    greek.reasons.loc[said.index[0], "funding_other"] = "no_answer"
    assert "funding_other: 1 answer is not what" in problems_of(greek)


def test_a_question_routed_past_cannot_become_one_left_open(greek):
    first = greek.rows.index[greek.kept][0]
    column = next(c for c in greek.reasons if greek.reasons.at[first, c] == "not_shown")
    greek.reasons.loc[first, column] = "no_answer"
    message = problems_of(greek)
    assert f"{column}: 1 cell is missing for another reason" in message
    assert f"EL-1, rows {greek.rows.at[first, 'source_row']}" in message
